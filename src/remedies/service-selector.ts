import { at, type Manifest, put, strings } from '../manifest/object.ts'
import { full } from '../phrases.ts'
import { type Ask, notOffered, notSeen, type NotOffered, type Objects, type Proposal, type Remedy } from './remedy.ts'

/** One pair of a selector is written as the pods have it: where that is the only thing that keeps them apart. */
export const serviceSelector: Remedy = {
  id: 'service-selector',
  title: "write the Service's selector as its pods are labelled",
  codes: ['SVC201'],
  applicability: 'judgement',
  reads: ({ findings }) => findings.slice(0, 1).map((it) => ({ one: it.subject })),
  propose,
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const [finding] = ask.findings
  if (finding?.subject.kind !== 'Service') return notOffered('the finding names no Service')
  const { subject: on, args } = finding
  const [miss, key, wanted, theirs] = ['miss', 'key', 'wanted', 'theirs'].map((it) => args[it])
  if (typeof key !== 'string' || typeof wanted !== 'string' || typeof theirs !== 'string' || args['expected'] != null)
    return notOffered(
      'no label of a pod is near what the selector wants: what was meant is not known',
      `kubectl -n ${on.namespace} get pods --show-labels`,
    )
  if (typeof args['claimedBy'] === 'string')
    return notOffered(
      `Service ${args['claimedBy']} selects the pods with ${theirs} already: they may not be those that were meant`,
      `kubectl -n ${on.namespace} get pods --show-labels`,
    )
  const found = objects.one(on)
  if (!found.known) return notSeen(`Service ${full(on)}`, found)
  if (found.value === null) return notOffered(`Service ${full(on)} is gone`)
  const before = found.value
  const selector = strings(at(before, 'spec', 'selector'))
  if (selector[key] !== wanted) return notOffered(`the selector of Service ${full(on)} no longer has ${key}=${wanted}`)

  const { [key]: _, ...rest } = selector
  const pair = miss === 'value' ? { [key]: theirs } : { [theirs]: wanted }
  const after: Manifest = put(before, ['spec', 'selector'], { ...rest, ...pair })
  const said = Object.entries(pair)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
  return {
    kind: 'proposal',
    applicability: 'judgement',
    changes: [{ verb: 'replace', object: on, before, after, say: `${key}=${wanted} becomes ${said}` }],
    effect: `Service ${full(on)} selects the pods with ${said}: as soon as the endpoints are written, within seconds`,
    risk: {
      level: 'medium',
      why:
        'traffic begins to arrive at these pods; if the labels are the slip, and not the selector, they are ' +
        'the wrong ones',
    },
    verify: { codes: ['SVC201'], target: `svc/${on.name}`, namespace: on.namespace, level: 'read', p99Ms: null },
    notes: ['a Service that a chart or a pipeline owns comes back as it was: change it there'],
  }
}
