// The application of the lab: one HTTP server that is web, cart or db by its flags, so that a chain of Services has
// something to say at each hop. No dependencies, so that it builds in a second.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

type reply struct {
	Name string `json:"name"`
	// Which replica answered: the pod's name.
	Pod        string          `json:"pod"`
	Downstream json.RawMessage `json:"downstream,omitempty"`
	Error      string          `json:"error,omitempty"`
}

type shop struct {
	name, pod, downstream string
	ready                 bool
	delay                 time.Duration
	client                *http.Client
}

func main() {
	listen := flag.String("listen", env("LISTEN", ":8080"), "address to listen on")
	name := flag.String("name", env("NAME", "shop"), "what this server calls itself")
	downstream := flag.String("downstream", env("DOWNSTREAM", ""), "URL that / calls before it answers")
	ready := flag.Bool("ready", env("READY", "true") == "true", "whether /ready answers 200")
	delay := flag.Duration("delay", duration(env("DELAY", "0s")), "wait this long before / answers")
	timeout := flag.Duration("timeout", duration(env("TIMEOUT", "30s")), "give up on the downstream after this long")
	forever := "end with success after this long; 0 = run until told to stop"
	lifetime := flag.Duration("lifetime", duration(env("LIFETIME", "0s")), forever)
	flag.Parse()

	pod, _ := os.Hostname()
	s := &shop{
		name: *name, pod: pod, downstream: *downstream, ready: *ready, delay: *delay,
		// A connection for each call, so that every request goes through look-up, Service and policy again.
		client: &http.Client{
			Timeout:   *timeout,
			Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment},
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.root)
	mux.HandleFunc("/v1/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("/ready", s.readiness)
	server := &http.Server{Addr: *listen, Handler: mux}

	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	if *lifetime > 0 {
		stop, cancel = context.WithTimeout(stop, *lifetime)
		defer cancel()
	}
	drained := make(chan struct{})
	go func() {
		<-stop.Done()
		grace, end := context.WithTimeout(context.Background(), 5*time.Second)
		defer end()
		server.Shutdown(grace)
		close(drained)
	}()
	log.Printf("%s listens on %s, downstream %q", s.name, *listen, s.downstream)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	<-drained
}

func (s *shop) readiness(w http.ResponseWriter, _ *http.Request) {
	if !s.ready {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (s *shop) root(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	time.Sleep(s.delay)
	answer := reply{Name: s.name, Pod: s.pod}
	status := http.StatusOK
	if s.downstream != "" {
		body, err := s.call(r.Context())
		answer.Downstream = body
		if err != nil {
			status = http.StatusBadGateway
			answer.Error = err.Error()
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
	ms := float64(time.Since(started).Microseconds()) / 1000
	log.Printf("%s %s %d %.1fms %s", r.Method, r.URL.Path, status, ms, answer.Error)
}

func (s *shop) call(ctx context.Context) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.downstream, nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if !json.Valid(body) {
		body = []byte(strconv.Quote(string(body)))
	}
	if response.StatusCode != http.StatusOK {
		return body, fmt.Errorf("%s answered %s", s.downstream, response.Status)
	}
	return body, nil
}

func env(name, fallback string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return fallback
}

func duration(text string) time.Duration {
	value, err := time.ParseDuration(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}
