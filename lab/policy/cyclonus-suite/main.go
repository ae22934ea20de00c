// Writes what cyclonus generates and what it holds to be right: for each step of each of its test cases the policies,
// namespaces and pods, and one character for each connection between two pods. `1` passes, `0` does not.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/connectivity/probe"
	"github.com/mattfenwick/cyclonus/pkg/generator"
	"github.com/mattfenwick/cyclonus/pkg/matcher"
	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

type pod struct {
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"`
	Labels    map[string]string `json:"labels"`
	IP        string            `json:"ip"`
}

type step struct {
	Name       string                        `json:"name"`
	Policies   []*networkingv1.NetworkPolicy `json:"policies"`
	Namespaces map[string]map[string]string  `json:"namespaces"`
	Pods       []pod                         `json:"pods"`
	Cells      string                        `json:"cells"`
}

type state struct {
	policies []*networkingv1.NetworkPolicy
	res      *probe.Resources
}

// The label that the API server puts on every namespace, and back on where it is taken off.
func named(ns string, labels map[string]string) map[string]string {
	all := map[string]string{"kubernetes.io/metadata.name": ns}
	for k, v := range labels {
		all[k] = v
	}
	return all
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func (s *state) place(ns, name string) int {
	for i, p := range s.policies {
		if p.Namespace == ns && p.Name == name {
			return i
		}
	}
	return -1
}

func (s *state) act(a *generator.Action) {
	var err error
	switch {
	case a.CreatePolicy != nil:
		s.policies = append(s.policies, a.CreatePolicy.Policy)
	case a.UpdatePolicy != nil:
		s.policies[s.place(a.UpdatePolicy.Policy.Namespace, a.UpdatePolicy.Policy.Name)] = a.UpdatePolicy.Policy
	case a.DeletePolicy != nil:
		i := s.place(a.DeletePolicy.Namespace, a.DeletePolicy.Name)
		s.policies = append(append([]*networkingv1.NetworkPolicy{}, s.policies[:i]...), s.policies[i+1:]...)
	case a.CreateNamespace != nil:
		made := a.CreateNamespace
		s.res, err = s.res.CreateNamespace(made.Namespace, named(made.Namespace, made.Labels))
	case a.SetNamespaceLabels != nil:
		set := a.SetNamespaceLabels
		s.res, err = s.res.UpdateNamespaceLabels(set.Namespace, named(set.Namespace, set.Labels))
	case a.DeleteNamespace != nil:
		s.res, err = s.res.DeleteNamespace(a.DeleteNamespace.Namespace)
	case a.CreatePod != nil:
		s.res, err = s.res.CreatePod(a.CreatePod.Namespace, a.CreatePod.Pod, a.CreatePod.Labels)
		check(err)
		made, e := s.res.GetPod(a.CreatePod.Namespace, a.CreatePod.Pod)
		check(e)
		made.IP = "192.168.1.200"
	case a.SetPodLabels != nil:
		s.res, err = s.res.SetPodLabels(a.SetPodLabels.Namespace, a.SetPodLabels.Pod, a.SetPodLabels.Labels)
	case a.DeletePod != nil:
		s.res, err = s.res.DeletePod(a.DeletePod.Namespace, a.DeletePod.Pod)
	case a.ReadNetworkPolicies != nil:
	default:
		panic("an action of another kind")
	}
	check(err)
}

func peer(p *probe.Pod, r *probe.Resources) *matcher.TrafficPeer {
	return &matcher.TrafficPeer{
		IP: p.IP,
		Internal: &matcher.InternalPeer{
			PodLabels: p.Labels, NamespaceLabels: r.Namespaces[p.Namespace], Namespace: p.Namespace,
		},
	}
}

func (s *state) cells() string {
	rules := matcher.BuildNetworkPolicies(true, s.policies)
	out := []byte{}
	for _, from := range s.res.Pods {
		for _, to := range s.res.Pods {
			if from == to {
				continue
			}
			for _, c := range to.Containers {
				allowed := rules.IsTrafficAllowed(&matcher.Traffic{
					Source: peer(from, s.res), Destination: peer(to, s.res),
					ResolvedPort: c.Port, ResolvedPortName: c.PortName, Protocol: c.Protocol,
				}).IsAllowed()
				if allowed {
					out = append(out, '1')
				} else {
					out = append(out, '0')
				}
			}
		}
	}
	return string(out)
}

var protocols = []v1.Protocol{v1.ProtocolTCP, v1.ProtocolUDP, v1.ProtocolSCTP}

func fresh() *state {
	r := &probe.Resources{Namespaces: map[string]map[string]string{}}
	n := 0
	for _, ns := range []string{"x", "y", "z"} {
		r.Namespaces[ns] = named(ns, map[string]string{"ns": ns})
		for _, name := range []string{"a", "b", "c"} {
			n++
			p := probe.NewDefaultPod(ns, name, []int{80, 81}, protocols, false, "")
			p.IP = fmt.Sprintf("192.168.1.%d", n)
			r.Pods = append(r.Pods, p)
		}
	}
	return &state{res: r}
}

func main() {
	last, err := fresh().res.GetPod("z", "c")
	check(err)
	cases := generator.NewTestCaseGenerator(true, last.IP, []string{"x", "y", "z"}, nil, nil).GenerateTestCases()
	out := json.NewEncoder(os.Stdout)
	for _, c := range cases {
		s := fresh()
		for i, each := range c.Steps {
			for _, a := range each.Actions {
				s.act(a)
			}
			pods := []pod{}
			for _, p := range s.res.Pods {
				pods = append(pods, pod{p.Namespace, p.Name, p.Labels, p.IP})
			}
			name := fmt.Sprintf("%s, step %d", c.Description, i+1)
			check(out.Encode(step{name, s.policies, s.res.Namespaces, pods, s.cells()}))
		}
	}
}
