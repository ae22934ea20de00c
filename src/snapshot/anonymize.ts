import { isIP } from 'node:net'
import type { Model } from '../model/sources.ts'
import { createAliases, type Aliases } from './aliases.ts'

/** Fields that hold a host name, or several: compared without case, so two spellings are one name. */
const hosts: ReadonlySet<string> = new Set([
  'host',
  'externalName',
  'domain',
  'searches',
  'addresses',
  'aliases',
  'typed',
  'suffix',
  'suffixes',
  'hosts',
  'names',
])

/** Fields that hold a name, or several: of a host, an object, a port, a class, a context. */
const names: ReadonlySet<string> = new Set([
  ...hosts,
  'namespace',
  'name',
  'pod',
  'node',
  'nodes',
  'service',
  'serviceName',
  'container',
  'controllerPod',
  'className',
  'classNames',
  'controller',
  'context',
  'image',
  'volume',
  'key',
  'values',
  'gates',
  'port',
  'targetPort',
  'secret',
])

/** Fields that hold a map from label key to label value. */
const labels = new Set(['labels', 'templateLabels', 'selector', 'matchLabels'])

/** Sentences, in which names stand among words. */
const sentences = new Set([
  'detail',
  'notReadyReason',
  'readyMessage',
  'why',
  'stopped',
  'error',
  'args',
  'said',
  'location',
  'message',
  'scheduling',
  'refused',
  'problem',
  'subject',
  'issuer',
])

/** Files, in which the first word of a line is a directive. */
const files = new Set(['corefile', 'resolvConf'])

/**
 * The model with every name replaced, each by the same stand-in wherever it stands: selectors still select, backends
 * still name their Services. IP addresses, ports, counts and what every cluster has (`kube-system`, `cluster.local`,
 * `app.kubernetes.io/name`) stay. Same model, same stand-ins. In sentences and files only names known from elsewhere,
 * and whatever looks like a host name, are replaced.
 */
export function anonymize(model: Model): Model {
  const aliases = createAliases()
  // Names first: a sentence may hold one that a later object brings.
  walk(model, '', '', { ...aliases, inText: (text) => text, inFile: (text) => text })
  // The walk changes text and label keys only, so the shape is the model's.
  return walk(model, '', '', aliases) as Model
}

/** `key` is the field that the value stands in, or its list; `parent` the field that holds that field's object. */
function walk(value: unknown, key: string, parent: string, aliases: Aliases): unknown {
  if (typeof value === 'string') return rename(value, key, parent, aliases)
  if (Array.isArray(value)) return value.map((it) => walk(it, key, parent, aliases))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  if (labels.has(key))
    return Object.fromEntries(
      entries.map(([label, held]) => [
        aliases.name(label),
        typeof held === 'string' ? aliases.name(held) : walk(held, label, key, aliases),
      ]),
    )
  return Object.fromEntries(entries.map(([field, held]) => [field, walk(held, field, key, aliases)]))
}

function rename(text: string, key: string, parent: string, aliases: Aliases): string {
  if (text === '' || isIP(text) !== 0) return text
  if (files.has(parent) && key === 'value') return aliases.inFile(text)
  if (sentences.has(key)) return aliases.inText(text)
  if (key === 'url')
    return text.replace(
      /^([a-z]+:\/\/)(.*)$/s,
      (_, scheme: string, rest: string) => scheme + aliases.name(rest.toLowerCase()),
    )
  // An Ingress's path begins with a slash; where a backend stands in its object does not.
  if (key === 'path') return text.startsWith('/') ? aliases.name(text) : text
  if (key === 'readinessProbe' || key === 'livenessProbe' || key === 'startupProbe')
    return text.replace(/^(\S+ )(.*)$/s, (_, kind: string, rest: string) => kind + aliases.name(rest))
  if (key === 'value' && parent === 'taints') return aliases.name(text)
  if (!names.has(key)) return text
  return aliases.name(hosts.has(key) ? text.toLowerCase() : text)
}
