package aqueduct_test

import (
	"fmt"
	"strconv"
)

// folding is what a watch of the configuration comes to.
type folding struct {
	began int64
	state document
	told  []int64
}

// take folds an event; the error says how it does not follow.
func (f *folding) take(event document) error {
	revision, err := strconv.ParseInt(text(event["revision"]), 10, 64)
	if err != nil {
		return err
	}
	if event["kind"] == "snapshot" {
		f.state, f.began, f.told = named(event["configuration"].(document)), revision, nil
		return nil
	}
	if revision <= f.revision() {
		return fmt.Errorf("%d is told after %d", revision, f.revision())
	}
	f.told = append(f.told, revision)
	for _, each := range event["change"].(document)["changes"].([]any) {
		change := each.(document)
		delete(f.state, change["resource"].(string))
		if after, is := change["after"].(document); is {
			for _, resource := range after {
				f.state[change["resource"].(string)] = resource
			}
		}
	}
	return nil
}

func (f *folding) revision() int64 {
	if len(f.told) > 0 {
		return f.told[len(f.told)-1]
	}
	return f.began
}

// named returns resources by their names.
func named(configuration document) document {
	all := document{}
	for _, kind := range []string{"frontends", "backends"} {
		resources, _ := configuration[kind].([]any)
		for _, each := range resources {
			all[kind+"/"+each.(document)["key"].(string)] = each
		}
	}
	return all
}
