package aqueduct_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// served is clients/serve: an Aqueduct with an HAProxy, which obeys words and ends with its standard input.
type served struct {
	Target    string            `json:"target"`
	Variables map[string]string `json:"variables"`

	mutex sync.Mutex
	words io.Writer
	lines *bufio.Reader
}

// start runs clients/serve until the test is over.
func start(t *testing.T) *served {
	t.Helper()
	command := exec.Command("../serve")
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	check(t, err)
	stdout, err := command.StdoutPipe()
	check(t, err)
	check(t, command.Start())
	t.Cleanup(func() {
		check(t, stdin.Close())
		check(t, command.Wait())
	})
	s := &served{words: stdin, lines: bufio.NewReader(stdout)}
	check(t, s.read(s))
	return s
}

// tell has the server do something; the answer goes to into.
func (s *served) tell(word string, into any) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, err := fmt.Fprintln(s.words, word); err != nil {
		return err
	}
	var answer json.RawMessage
	if err := s.read(&answer); err != nil {
		return err
	}
	var refused struct{ Error string }
	if err := json.Unmarshal(answer, &refused); err != nil || refused.Error != "" {
		return fmt.Errorf("clients/serve: %s: %s %w", word, refused.Error, err)
	}
	return json.Unmarshal(answer, into)
}

func (s *served) read(into any) error {
	line, err := s.lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("clients/serve has ended: %w", err)
	}
	return json.Unmarshal(line, into)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
