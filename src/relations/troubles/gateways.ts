import type { Trouble } from '../../findings/trouble.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import type { Model, SourceName, Sources } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { badConditions, type BadCondition, conditionText, isLookedAt } from '../gateway/conditions.ts'
import { parentGateway } from '../gateway/attachment.ts'
import { missingStatus } from '../gateway/route-status.ts'
import { gatewayClassFails, gatewayFails, gatewayRouteFails, proxyFails, tlsPolicyFails } from '../symptom.ts'
import { because } from '../../phrases.ts'

type Said = Pick<Trouble, 'sufferer' | 'involved' | 'keys' | 'asked' | 'how' | 'bad' | 'of'>

function trouble(source: SourceName, said: Said, weight: Trouble['weight'] = 'nuisance'): Trouble {
  return { kind: 'not-as-declared', source, from: 'in its status', ms: null, weight, ...said }
}

/**
 * A class by itself serves nobody: what is wrong with one that no Gateway names is a sign, and a status that nobody
 * writes where its Gateways are in force.
 */
export function gatewayClassTroubles(model: Model): readonly Trouble[] {
  const users = Map.groupBy(listed(model, 'gateways'), (it) => it.className)
  const { namespace } = model.scope
  const classes = listed(model, 'gatewayClasses').filter((it) => namespace === null || users.has(it.name))
  return classes.flatMap((it) => {
    const self = subject('GatewayClass', null, it.name)
    const bad = badConditions(it.conditions, it.generation, ['Accepted'])
    const its = users.get(it.name) ?? []
    const idle = its.length === 0 || (its.some(isLookedAt) && !bad.some(({ kind }) => kind === 'bad'))
    return ofConditions(bad, {
      sufferer: self,
      involved: [self],
      keys: [gatewayClassFails(it.name)],
    }).map((said) => trouble('gatewayClasses', said, idle ? 'sign' : 'nuisance'))
  })
}

export function gatewayTroubles(model: Model): readonly Trouble[] {
  return listed(model, 'gateways').flatMap((it) => {
    const self = subject('Gateway', it.namespace, it.name)
    const own = ofConditions(badConditions(it.conditions, it.generation, ['Accepted', 'Programmed']), {
      sufferer: self,
      involved: [self],
      keys: [gatewayFails(it)],
    })
    const listeners = it.listeners.flatMap((one) =>
      one.status === null
        ? []
        : ofConditions(
            badConditions(one.status.conditions, it.generation, []),
            { sufferer: self, involved: [self], keys: [gatewayFails(it, one.name)] },
            `listener ${one.name}`,
          ),
    )
    return [...own, ...listeners].map((said) => trouble('gateways', said))
  })
}

export function gatewayRouteTroubles(model: Model): readonly Trouble[] {
  return listed(model, 'gatewayRoutes').flatMap((it) => {
    const self = subject(it.kind, it.namespace, it.name)
    const base = { sufferer: self, involved: [self, ...gatewaysOf(it)], keys: [gatewayRouteFails(it)] }
    const bad = it.status.flatMap((one) =>
      ofConditions(badConditions(one.conditions, it.generation, []), base, `as ${one.controller} sees it`),
    )
    const silent = missingStatus(it).map((parent) => ({
      ...base,
      asked: `its status for Gateway ${parent.name}`,
      how: 'not there',
      bad: 1,
      of: it.parents.length,
    }))
    return [...bad, ...silent].map((said) => trouble('gatewayRoutes', said))
  })
}

export function tlsPolicyTroubles(model: Model): readonly Trouble[] {
  return listed(model, 'backendTlsPolicies').flatMap((it) => {
    const self = subject('BackendTLSPolicy', it.namespace, it.name)
    const targets = it.targets.map((one) => subject(one.kind, it.namespace, one.name))
    return it.status
      .flatMap((one) =>
        ofConditions(
          badConditions(one.conditions, it.generation, []),
          { sufferer: self, involved: [self, ...targets], keys: [tlsPolicyFails(it)] },
          `as ${one.controller} sees it`,
        ),
      )
      .map((said) => trouble('backendTlsPolicies', said))
  })
}

export function proxyTroubles(model: Model): readonly Trouble[] {
  return listed(model, 'httpProxies').flatMap((it) => {
    if (it.current === 'valid') return []
    const self = subject('HTTPProxy', it.namespace, it.name)
    return [
      trouble('httpProxies', {
        sufferer: self,
        involved: [self],
        keys: [proxyFails(it)],
        asked: 'its status',
        how: it.current === null ? 'nobody has looked at it' : `${it.current}: ${it.description}`,
        bad: 1,
        of: 1,
      }),
    ]
  })
}

/** Gateways that the route names: a cause on one of them has a part in what becomes of it. */
function gatewaysOf(route: GatewayRoute): readonly Subject[] {
  return route.parents.flatMap((parent) => {
    const at = parentGateway(route, parent)
    return at === null ? [] : [subject('Gateway', at.namespace, at.name)]
  })
}

function ofConditions(
  bad: readonly BadCondition[],
  base: Pick<Said, 'sufferer' | 'involved' | 'keys'>,
  where = '',
): readonly Said[] {
  const [first] = bad
  if (first === undefined) return []
  return [
    {
      ...base,
      asked: [...new Set(bad.map((it) => it.type)), ...(where === '' ? [] : [where])].join(', '),
      how: `${conditionText(first)}${because(first.message)}`,
      bad: bad.length,
      of: bad.length,
    },
  ]
}

type Lists = 'gatewayClasses' | 'gateways' | 'gatewayRoutes' | 'backendTlsPolicies' | 'httpProxies'

/** None for who asks about DNS alone. */
function listed<K extends Lists>({ scope, sources }: Model, name: K): Sources[K] | readonly never[] {
  const source: Known<Sources[K]> = sources[name]
  return source.known && scope.target.kind !== 'dns' ? source.value : []
}
