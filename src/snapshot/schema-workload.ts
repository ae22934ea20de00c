import {
  flag,
  labelsThrough,
  exactly,
  just,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  type Schema,
  type Texts,
} from '../model/marks.ts'
import type { HeldWorkload } from '../model/beside.ts'
import type { Container, DnsConfig } from '../model/pod.ts'
import type { Workload } from '../model/workload.ts'

const kind = oneOf(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'])

function servesOf(m: Texts) {
  return maybe(object({ controllers: list(m.name), classNames: list(m.name) }))
}

interface OfPods {
  readonly labels: ReturnType<typeof labelsThrough>
  readonly container: Schema<Container>
  readonly dnsConfig: Schema<DnsConfig>
}

/** A workload; `shared` are the texts of which many bear the same. */
export function workloadOf(m: Texts, shared: Texts, { labels, container, dnsConfig }: OfPods): Schema<Workload> {
  return exactly<Workload>()(
    object({
      kind,
      namespace: shared.name,
      name: m.name,
      owner: nullable(object({ kind: shared.word, name: shared.name })),
      desired: number,
      ready: number,
      templateLabels: labels,
      outerLabels: maybe(labels),
      run: maybe(
        object({
          end: nullable(oneOf(['complete', 'failed'])),
          reason: nullable(shared.word),
          started: nullable(number),
          failedPods: number,
        }),
      ),
      cron: maybe(object({ suspended: flag, lastSuccess: nullable(number) })),
      refused: maybe(m.said),
      timedOut: maybe(m.said),
      paused: maybe(just(true)),
      held: maybe(
        object({
          by: oneOf(['paused', 'OnDelete', 'partition']),
          pods: number,
          ports: list(object({ name: nullable(shared.name), port: number })),
        }),
      ),
      serviceName: maybe(nullable(m.name)),
      order: maybe(object({ parallel: flag, minReadySeconds: number, start: number })),
      serves: servesOf(shared),
      next: maybe(
        object({
          idle: oneOf(['scheduled', 'suspended', 'scaled']),
          hostNetwork: flag,
          dnsPolicy: shared.word,
          dnsConfig: nullable(dnsConfig),
          hostAliases: maybe(list(object({ ip: m.address, names: list(m.host) }))),
          containers: list(container),
        }),
      ),
    }),
  )
}

/** What is kept of one where not every kind was read. */
export function heldWorkloadOf(m: Texts): Schema<HeldWorkload> {
  return exactly<HeldWorkload>()(
    object({
      kind,
      namespace: m.name,
      name: m.name,
      desired: number,
      ready: number,
      serves: servesOf(m),
      owner: maybe(nullable(object({ kind: m.word, name: m.name }))),
      templateLabels: maybe(labelsThrough((it) => it)),
    }),
  )
}
