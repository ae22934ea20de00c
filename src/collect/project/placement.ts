import type { NodeRequirement, NodeTerm, PlacedVolume, Placement, Toleration } from '../../model/placement.ts'
import type { Pod } from '../../model/pod.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, list, oneOf, stringMap, text, texts } from './json.ts'

/**
 * What the spec of a pod without a node asks of one; nothing where it asks for nothing (core/v1, PodSpec). The volumes
 * are what `bundle/placed-volumes.ts` found in a file.
 */
export function placementOf(spec: Fields, intern: Intern): Pick<Pod, 'placement'> {
  if (text(spec['nodeName']) !== null) return {}
  const required = fields(
    fields(fields(spec['affinity'])['nodeAffinity'])['requiredDuringSchedulingIgnoredDuringExecution'],
  )
  const volumes = list(spec['placedVolumes'])
    .map(fields)
    .flatMap((it) => volumeOf(it, intern))
  const placement: Placement = {
    selector: stringMap(spec['nodeSelector']),
    terms: termsOf(required, intern),
    tolerations: list(spec['tolerations'])
      .map(fields)
      .map((it) => tolerationOf(it, intern)),
    ...(volumes.length === 0 ? {} : { volumes }),
  }
  return { placement }
}

function volumeOf(it: Fields, intern: Intern): readonly PlacedVolume[] {
  const [claim, volume] = [text(it['claim']), text(it['volume'])]
  const terms = termsOf(fields(it['required']), intern)
  return claim === null || volume === null || terms.length === 0 ? [] : [{ claim, volume, terms }]
}

/** One term without a requirement matches nothing (core/v1, NodeSelectorTerm); with one that is not read, who knows. */
function termsOf(selector: Fields, intern: Intern): readonly NodeTerm[] {
  return list(selector['nodeSelectorTerms'])
    .map(fields)
    .map((term) =>
      list(term['matchExpressions'])
        .map(fields)
        .flatMap((it) => requirementOf(it, intern)),
    )
}

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const

function requirementOf(it: Fields, intern: Intern): readonly NodeRequirement[] {
  const key = text(it['key'])
  const operator = operators.find((one) => one === it['operator'])
  return key === null || operator === undefined
    ? []
    : [{ key: intern.text(key), operator, values: texts(it['values']).map((one) => intern.text(one)) }]
}

function tolerationOf(it: Fields, intern: Intern): Toleration {
  const [key, effect] = [text(it['key']) ?? '', text(it['effect']) ?? '']
  const isEqual = oneOf(it['operator'] ?? 'Equal', ['other', 'Equal']) === 'Equal'
  return {
    key: key === '' ? null : intern.text(key),
    value: isEqual ? intern.text(text(it['value']) ?? '') : null,
    effect: effect === '' ? null : intern.text(effect),
  }
}
