package aqueduct_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestReadme runs the README's example, which is example/main.go.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("README.md")
	check(t, err)
	program, err := os.ReadFile("example/main.go")
	check(t, err)
	if !strings.Contains(string(page), "```go\n"+string(program)+"```\n") {
		t.Error("README.md does not hold example/main.go")
	}
	said, err := exec.Command("go", "run", "./example", start(t).Target).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	wanted := "stored, with balance roundrobin\nit is there already\nwrong: backend.balance\nbackends: 1\nchanged: backends/app\n"
	if string(said) != wanted {
		t.Errorf("the example says %q", said)
	}
}
