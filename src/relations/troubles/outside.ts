import type { Trouble } from '../../findings/trouble.ts'
import type { Model } from '../../model/sources.ts'
import { endText, isBadEnd, urlText } from '../ingress/http-answers.ts'
import type { Subject } from '../../model/subject.ts'
import { gatewayRouteFails, ingressBackendFails, ingressFails, outsideFails, proxyFails } from '../symptom.ts'

/**
 * The URL that the user asked about, as this machine got it. Silence may be this machine's own: who is not let in by a
 * firewall, by design, complains less than who gets an error.
 */
export function outsideTroubles({ scope: { target }, sources: { outside } }: Model): readonly Trouble[] {
  if (!outside.known || target.kind !== 'object') return []
  const { answers, lookupError } = outside.value
  const about = {
    source: 'outside',
    sufferer: target.object,
    involved: [target.object],
    keys: keysOf(target.object),
    from: 'from this machine',
  } as const
  const lost: readonly Trouble[] =
    lookupError === null
      ? []
      : [
          {
            ...about,
            kind: 'bad-answer',
            asked: hostOf(target.url),
            how: lookupError,
            bad: 1,
            of: 1,
            ms: null,
            weight: 'nuisance',
          },
        ]
  return [
    ...lost,
    ...[...Map.groupBy(answers, (it) => `${it.ip}:${it.port}`)].flatMap(([at, its]): readonly Trouble[] => {
      const bad = its.filter(isBadEnd)
      const [first] = bad
      if (first === undefined) return []
      // This address answered, and led on to another port of its own, where nobody listens.
      const led = first.status === null ? first.redirects?.at(-1) : undefined
      return [
        {
          ...about,
          kind: 'bad-answer',
          asked:
            led === undefined
              ? `${urlText(first)} by ${at}`
              : `${led.location}, to which ${at} leads ${urlText(first)} (${led.status})`,
          how: endText(first),
          bad: bad.length,
          of: its.length,
          ms: Math.max(...bad.map((it) => it.ms)),
          weight: bad.every((it) => it.status === null) ? silence(led !== undefined) : 'outage',
        },
      ]
    }),
  ]
}

/** Where a redirect leads is another port, which a test by one address need not have. */
function silence(isLed: boolean): 'sign' | 'nuisance' {
  return isLed ? 'sign' : 'nuisance'
}

function keysOf({ kind, namespace, name }: Subject): readonly string[] {
  if (namespace === null) return []
  const it = { kind, namespace, name }
  if (kind === 'HTTPProxy') return [proxyFails(it)]
  if (kind === 'HTTPRoute' || kind === 'GRPCRoute') return [gatewayRouteFails(it)]
  return kind === 'Ingress' ? [ingressFails(it), ingressBackendFails(it, '*'), outsideFails(it)] : []
}

function hostOf(url: string | null): string {
  return url === null ? '' : (URL.parse(url)?.hostname ?? url)
}
