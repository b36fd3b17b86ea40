package bench

import (
	"context"
	"os"
	"os/exec"
)

// Python is a Python that has a module: the one that an environment variable names, or
// python3; "" when it lacks the module.
func Python(ctx context.Context, variable, module string) string {
	python := os.Getenv(variable)
	if python == "" {
		python = "python3"
	}
	if exec.CommandContext(ctx, python, "-c", "import "+module).Run() != nil {
		return ""
	}
	return python
}
