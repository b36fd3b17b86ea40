package bench

import (
	"os"
	"os/exec"
)

// Python is a Python that has a module: the one that an environment variable names, or
// python3; "" when it lacks the module.
func Python(variable, module string) string {
	python := os.Getenv(variable)
	if python == "" {
		python = "python3"
	}
	if exec.Command(python, "-c", "import "+module).Run() != nil {
		return ""
	}
	return python
}
