package aqueduct_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// document is a map of JSON. Numbers are json.Number's or float64's.
type document = map[string]any

var variable = regexp.MustCompile(`\$\{(\w+)\}`)

// filled puts variables in place of their names, in all strings but the keys of maps.
func filled(value any, variables map[string]string) any {
	switch value := value.(type) {
	case string:
		return variable.ReplaceAllStringFunc(value, func(name string) string { return variables[name[2:len(name)-1]] })
	case []any:
		all := make([]any, len(value))
		for i, each := range value {
			all[i] = filled(each, variables)
		}
		return all
	case document:
		all := make(document, len(value))
		for key, each := range value {
			all[key] = filled(each, variables)
		}
		return all
	default:
		return value
	}
}

// at returns what stands at a path such as "changes.0.revision", as a text.
func at(path string, answer any) (string, error) {
	for _, part := range strings.Split(path, ".") {
		switch have := answer.(type) {
		case document:
			answer = have[part]
		case []any:
			position, err := strconv.Atoi(part)
			if err != nil || position >= len(have) {
				return "", fmt.Errorf("no %s in %v", path, have)
			}
			answer = have[position]
		default:
			return "", fmt.Errorf("no %s", path)
		}
	}
	return text(answer), nil
}

// mismatch returns where and how found does not match; "" where it does. isThere tells whether there is anything.
func mismatch(expected, found any, isThere bool, where string) string {
	wrong := fmt.Sprintf("%s is %v, not %v", where, found, expected)
	switch expected := expected.(type) {
	case nil:
		if isThere {
			return where + " is there: " + fmt.Sprint(found)
		}
		return ""
	case document:
		if operator, wanted, is := operatorOf(expected); is {
			if isThere && holds(operator, wanted, found) {
				return ""
			}
			return wrong
		}
		have, is := found.(document)
		if !is {
			return wrong
		}
		for key, want := range expected {
			value, there := have[key]
			if wrong := mismatch(want, value, there, where+"."+key); wrong != "" {
				return wrong
			}
		}
		return ""
	case []any:
		have, is := found.([]any)
		if !is || len(have) != len(expected) {
			return wrong
		}
		for i, want := range expected {
			if wrong := mismatch(want, have[i], true, fmt.Sprintf("%s[%d]", where, i)); wrong != "" {
				return wrong
			}
		}
		return ""
	default:
		switch found.(type) {
		case document, []any, nil:
			return wrong
		}
		if text(expected) != text(found) {
			return wrong
		}
		return ""
	}
}

func operatorOf(expected document) (string, any, bool) {
	for key, wanted := range expected {
		if strings.HasPrefix(key, "$") {
			return key, wanted, true
		}
	}
	return "", nil, false
}

func holds(operator string, wanted, found any) bool {
	switch operator {
	case "$any":
		return true
	case "$contains":
		have, is := found.(string)
		return is && strings.Contains(have, text(wanted))
	case "$has":
		return hasAll(wanted.([]any), found)
	case "$size":
		return text(size(found)) == text(wanted)
	case "$above":
		have, err := strconv.ParseInt(text(found), 10, 64)
		least, wrong := strconv.ParseInt(text(wanted), 10, 64)
		return err == nil && wrong == nil && have > least
	case "$not":
		return mismatch(wanted, found, true, "") != ""
	default:
		panic("there is no " + operator)
	}
}

func hasAll(wanted []any, found any) bool {
	have, is := found.([]any)
	for _, want := range wanted {
		matches := false
		for _, each := range have {
			matches = matches || mismatch(want, each, true, "") == ""
		}
		is = is && matches
	}
	return is
}

func size(found any) int {
	switch found := found.(type) {
	case []any:
		return len(found)
	case document:
		return len(found)
	default:
		return -1
	}
}

func text(value any) string {
	if number, is := value.(float64); is {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	if number, is := value.(json.Number); is {
		return number.String()
	}
	return fmt.Sprint(value)
}
