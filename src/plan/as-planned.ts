import { isList, isObject, type Json, type Manifest, own } from '../manifest/object.ts'
import { canonical } from '../manifest/canonical.ts'
import { isSameQuantity } from '../wire/quantity.ts'
import { type DiffLine, join, named, yamlLines } from '../manifest/diff.ts'
import { bare } from '../manifest/server-owned.ts'
import { anyOf } from '../wire/pattern.ts'

/**
 * Where the object that the API server stored, or would store, is not the one that was sent: a mutating webhook that
 * swaps an image or adds hostPID. What every API server adds (its defaults) and how it writes things (quantities, empty
 * maps left out) is no difference; nor is what stands outside of what a pod runs as and of what was sent: labels and
 * annotations that were added.
 */
export function differences(sent: Manifest, stored: Manifest): readonly DiffLine[] {
  return walk('', bare(sent), bare(stored))
}

function walk(path: string, sent: Json | undefined, stored: Json | undefined): readonly DiffLine[] {
  if (sent === undefined) return stored === undefined || isUsual(path, stored) ? [] : [line('+', path, stored)]
  if (stored === undefined) return isNothing(sent) ? [] : [line('-', path, sent)]
  if (canonical(sent) === canonical(stored) || (amounts.test(path) && isSameQuantity(sent, stored))) return []
  if (isObject(sent) && isObject(stored)) {
    const keys = [...new Set([...Object.keys(sent), ...Object.keys(stored)])]
    return keys.flatMap((key) =>
      isFilledIn(key, sent, stored) ? [] : walk(join(path, key), own(sent, key), own(stored, key)),
    )
  }
  if (isList(sent) && isList(stored)) return lists(path, sent, stored)
  return [{ sign: '~', text: `${path}: ${short(sent)} -> ${short(stored)}` }]
}

function lists(path: string, sent: readonly Json[], stored: readonly Json[]): readonly DiffLine[] {
  const [old, now] = [named(sent), named(stored)]
  if (old !== null && now !== null)
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) =>
      walk(`${path}[${name}]`, old.get(name), now.get(name)),
    )
  if (sent.length === stored.length) return sent.flatMap((it, index) => walk(`${path}[${index}]`, it, stored[index]))
  return [{ sign: '~', text: `${path}: ${short(sent)} -> ${short(stored)}` }]
}

function line(sign: '+' | '-', path: string, value: Json): DiffLine {
  return { sign, text: `${path}: ${short(value)}` }
}

function short(value: Json): string {
  const whole = typeof value === 'object' && value !== null ? canonical(value) : (yamlLines(value)[0] ?? '')
  return whole.length > 120 ? `${whole.slice(0, 119)}…` : whole
}

/** The API's types leave out what is empty (`omitempty`). */
function isNothing(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isNothing)
  return value === null || value === false || value === '' || value === 0
}

/** The fields that the API writes its own way: `0.5` is stored as `500m`. */
const amounts = /\.(resources|sizeLimit|averageValue)\b/

/**
 * What the server takes from a field beside it: an old spelling, the port on the host's own network, a Service's
 * target.
 */
function isFilledIn(key: string, sent: Manifest, stored: Manifest): boolean {
  const from: Readonly<Record<string, string>> = {
    serviceAccount: 'serviceAccountName',
    hostPort: 'containerPort',
    targetPort: 'port',
  }
  const other = Object.hasOwn(from, key) ? from[key] : undefined
  return (
    other !== undefined &&
    sent[key] === undefined &&
    stored[other] !== undefined &&
    canonical(stored[key] ?? null) === canonical(stored[other])
  )
}

/**
 * k8s.io/kubernetes pkg/apis/core/v1/defaults.go and pkg/apis/apps/v1/defaults.go: the value that a field of a pod's
 * spec gets when it was not sent. Any other value there is somebody's doing.
 */
const defaults: Readonly<Record<string, readonly Json[]>> = {
  terminationMessagePath: ['/dev/termination-log'],
  terminationMessagePolicy: ['File'],
  imagePullPolicy: ['Always', 'IfNotPresent'],
  dnsPolicy: ['ClusterFirst'],
  restartPolicy: ['Always'],
  schedulerName: ['default-scheduler'],
  terminationGracePeriodSeconds: [30],
  protocol: ['TCP'],
  timeoutSeconds: [1],
  periodSeconds: [10],
  successThreshold: [1],
  failureThreshold: [3],
  scheme: ['HTTP'],
  defaultMode: [420],
  apiVersion: ['v1'],
  type: [''],
  enableServiceLinks: [true],
}

/** Added by the server, and nothing that changes what runs or who may reach it. */
function isUsual(path: string, value: Json): boolean {
  if (isNothing(value)) return true
  const key = /[^.\]["]+(?="?\]?$)/.exec(path)?.[0] ?? path
  const isDefault = ((Object.hasOwn(defaults, key) ? defaults[key] : null) ?? []).some(
    (it) => canonical(it) === canonical(value),
  )
  return isDefault || !(inPodSpec.test(path) || sensitive.test(path))
}

const inPodSpec = /^spec\.template(\.spec\b|\.metadata\.labels\b|$)/
/** Traffic and rights: who is selected, what is let through, where it goes, what one may do. */
const sensitive = new RegExp(
  `^${anyOf(
    /data|binaryData/,
    /rules|subjects|roleRef|webhooks/,
    /spec\.(?:selector|ingress|egress|podSelector|externalIPs|externalName|ports\[[^\]]*\]$)/,
  )}(?:\\b|$)`,
)
