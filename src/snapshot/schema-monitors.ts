import { labelsThrough, either, list, nullable, number, object, oneOf, texts } from '../model/marks.ts'

const m = texts()
const labels = labelsThrough((it) => it)
const named = { namespace: m.name, name: m.name }
const kind = oneOf(['ServiceMonitor', 'PodMonitor', 'Probe'])

/** A label selector, as it stands in the model. */
export const selectorSchema = object({
  matchLabels: labels,
  matchExpressions: list(
    object({ key: m.name, operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: list(m.name) }),
  ),
})

/** What the operator of Prometheus is told to have asked. */
export const monitorSchema = object({
  kind,
  ...named,
  labels,
  selector: nullable(selectorSchema),
  among: nullable(list(m.name)),
  ports: list(object({ of: oneOf(['service', 'container']), port: either([number, m.name]) })),
  asks: list(object({ as: oneOf(['prober', 'target']), host: m.host, port: nullable(number) })),
})

/** Who takes which of these. */
export const monitorReaderSchema = object({
  kind: oneOf(['Prometheus', 'PrometheusAgent']),
  ...named,
  takes: list(object({ of: kind, selector: nullable(selectorSchema), namespaces: nullable(selectorSchema) })),
})
