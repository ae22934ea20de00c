import type { Selector } from './network-policy.ts'

/** What the operator of Prometheus is told to have asked for metrics (monitoring.coreos.com). */
export interface Monitor {
  readonly kind: 'ServiceMonitor' | 'PodMonitor' | 'Probe'
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Of the Services, or of the pods; null of a Probe. */
  readonly selector: Selector | null
  /** The namespaces of what is asked; null: every one. */
  readonly among: readonly string[] | null
  /** By which port each of its endpoints is found; one that names none is found by every port. */
  readonly ports: readonly MonitorPort[]
  /** Of a Probe: who asks, and whom. */
  readonly asks: readonly MonitorAsk[]
}

export interface MonitorPort {
  /** A port of the Service by its name, or one that a container declares by its name or number. */
  readonly of: 'service' | 'container'
  readonly port: string | number
}

export interface MonitorAsk {
  readonly as: 'prober' | 'target'
  readonly host: string
  /** null: not told. */
  readonly port: number | null
}

/** A Prometheus of that operator, and which monitors it takes. */
export interface MonitorReader {
  readonly kind: 'Prometheus' | 'PrometheusAgent'
  readonly namespace: string
  readonly name: string
  /** Empty: no selector stands there at all, and somebody else writes its configuration. */
  readonly takes: readonly MonitorTaking[]
}

export interface MonitorTaking {
  readonly of: Monitor['kind']
  /** null: none. */
  readonly selector: Selector | null
  /** null: its own namespace alone. */
  readonly namespaces: Selector | null
}
