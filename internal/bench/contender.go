package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// StartContender starts a command that says "idle" on a line of its own when it is ready
// to be measured, and returns what is written to it and read from it.
func StartContender(cmd *exec.Cmd) (in io.WriteCloser, out *bufio.Reader, err error) {
	cmd.Stderr = os.Stderr
	if in, err = cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	out = bufio.NewReader(said)
	line, err := out.ReadString('\n')
	if line != "idle\n" {
		_ = in.Close()
		return nil, nil, errors.Join(fmt.Errorf("%s does not start: %q", cmd, line), err, cmd.Process.Kill(), cmd.Wait())
	}
	return in, out, nil
}
