package deploy_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"polyglean/harvester"
)

// TestCronJob: a harvest is made up for until the next and never runs twice at once,
// the exit codes mean what the program means by them, and the container may do nothing
// but harvest.
func TestCronJob(t *testing.T) {
	raw, err := os.ReadFile("cronjob.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var job struct {
		Kind string
		Spec struct {
			Schedule                string
			TimeZone                string `yaml:"timeZone"`
			ConcurrencyPolicy       string `yaml:"concurrencyPolicy"`
			StartingDeadlineSeconds int    `yaml:"startingDeadlineSeconds"`
			JobTemplate             struct {
				Spec struct {
					PodFailurePolicy struct {
						Rules []struct {
							Action      string
							OnExitCodes struct {
								ContainerName string `yaml:"containerName"`
								Values        []int
							} `yaml:"onExitCodes"`
						}
					} `yaml:"podFailurePolicy"`
					Template struct {
						Spec struct {
							RestartPolicy string `yaml:"restartPolicy"`
							Containers    []struct {
								Name            string
								Args            []string
								SecurityContext struct {
									Escalation   *bool `yaml:"allowPrivilegeEscalation"`
									ReadOnly     bool  `yaml:"readOnlyRootFilesystem"`
									Capabilities struct{ Drop []string }
								} `yaml:"securityContext"`
								VolumeMounts []struct{ Name string } `yaml:"volumeMounts"`
							}
							Volumes []struct{ Name string }
						}
					}
				}
			} `yaml:"jobTemplate"`
		}
	}
	if err := yaml.Unmarshal(raw, &job); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(job.Spec.TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	schedule, err := harvester.ParseSchedule(job.Spec.Schedule, zone)
	if err != nil {
		t.Fatal(err)
	}
	window := schedule.Next(time.Now())
	deadline := time.Duration(job.Spec.StartingDeadlineSeconds) * time.Second
	if gap := schedule.Next(window).Sub(window); deadline >= gap || deadline < gap/2 {
		t.Errorf("a harvest may start %s late; the next is after %s", deadline, gap)
	}
	if job.Kind != "CronJob" || job.Spec.ConcurrencyPolicy != "Forbid" {
		t.Errorf("a %s that may overlap: %s", job.Kind, job.Spec.ConcurrencyPolicy)
	}
	pod := job.Spec.JobTemplate.Spec.Template.Spec
	if pod.RestartPolicy != "Never" || len(pod.Containers) != 1 {
		t.Fatalf("restart policy %s, %d containers", pod.RestartPolicy, len(pod.Containers))
	}
	c := pod.Containers[0]
	if got := strings.Join(c.Args, " "); got != "harvest --config /etc/polyglean/polyglean.yaml" {
		t.Errorf("it runs %q", got)
	}
	s := c.SecurityContext
	if s.Escalation == nil || *s.Escalation || !s.ReadOnly || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("the container may do more than it needs: %+v", s)
	}
	for _, m := range c.VolumeMounts {
		if !slices.ContainsFunc(pod.Volumes, func(v struct{ Name string }) bool { return v == m }) {
			t.Errorf("there is no volume %s", m.Name)
		}
	}
	final := 0
	for _, r := range job.Spec.JobTemplate.Spec.PodFailurePolicy.Rules {
		if r.Action == "FailJob" && r.OnExitCodes.ContainerName == c.Name && slices.Equal(r.OnExitCodes.Values, []int{2, 3}) {
			final++
		}
	}
	if final != 1 {
		t.Error("exit codes 2 and 3 do not end the job")
	}
}
