// A shop that is traced: one HTTP server that is web, cart or db by its environment, as lab/shop is, with the SDK and
// the instrumentation of OpenTelemetry. What its spans say is what anybody's would.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/httptrace/otelhttptrace"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.26.0"
)

func main() {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	// Where to: OTEL_EXPORTER_OTLP_ENDPOINT, as every SDK has it.
	exporter, err := otlptracehttp.New(stop)
	if err != nil {
		log.Fatal(err)
	}
	pod, _ := os.Hostname()
	name := env("NAME", "shop")
	about := resource.NewSchemaless(semconv.ServiceName(name), semconv.K8SPodName(pod))
	provider := trace.NewTracerProvider(
		trace.WithBatcher(exporter, trace.WithBatchTimeout(time.Second)),
		trace.WithResource(about),
	)
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.TraceContext{})

	transport := &http.Transport{MaxConnsPerHost: number(env("MAX_CONNS", "0")), DisableKeepAlives: env("KEEP", "") == ""}
	client := &http.Client{Transport: otelhttp.NewTransport(
		transport,
		// A span for each step of a request: its connection got, its name looked up, its handshake.
		otelhttp.WithClientTrace(func(ctx context.Context) *httptrace.ClientTrace {
			return otelhttptrace.NewClientTrace(ctx)
		}),
	)}
	delay, err := time.ParseDuration(env("DELAY", "0s"))
	if err != nil {
		log.Fatal(err)
	}
	downstream := env("DOWNSTREAM", "")
	mux := http.NewServeMux()
	mux.HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ready") })
	mux.Handle("/", otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		if downstream == "" {
			fmt.Fprintln(w, name)
			return
		}
		request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, downstream, nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		response, err := client.Do(request)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		w.WriteHeader(response.StatusCode)
		io.Copy(w, io.LimitReader(response.Body, 1<<20))
	}), name))
	server := &http.Server{Addr: env("LISTEN", ":8080"), Handler: mux}
	go func() {
		<-stop.Done()
		grace, end := context.WithTimeout(context.Background(), 5*time.Second)
		defer end()
		server.Shutdown(grace)
		provider.Shutdown(grace)
	}()
	log.Printf("%s listens on %s, downstream %q", name, server.Addr, downstream)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

func env(name, fallback string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return fallback
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}
