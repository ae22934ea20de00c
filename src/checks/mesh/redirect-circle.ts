import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { MeshRedirect } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { mayBeElsewhere, noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { type MeshCircle, meshCircles } from '../../relations/mesh/redirect-circles.ts'
import { objectLines } from './mesh-words.ts'

/**
 * A redirect replaces what it names, and leaves the rest as it was (networking/v1 virtual_service.proto, HTTPRedirect).
 * One to https without a match on the port or the scheme is asked again at the HTTPS server of the Gateway, as rules
 * of a VirtualService hold at each server that takes its host.
 */
export default check({
  code: 'MSH813',
  slug: 'mesh/redirect-circle',
  title: 'a VirtualService redirects to itself',
  fine: 'redirects of VirtualServices lead away',
  severity: 'error',
  needs: ['mesh'],
  remedies: [],
  decides: ['MESH-04'],

  run({ mesh, scope }) {
    const { virtualServices } = mesh
    if (virtualServices.length === 0) return noneHere(mesh, ['VirtualService'], 'no VirtualService is here')
    const redirecting = virtualServices.filter((it) => it.http !== undefined)
    if (redirecting.length === 0) return notApplicable('no VirtualService here redirects')
    const found = meshCircles(mesh).filter(
      ({ route }) => scope.namespace === null || route.namespace === scope.namespace,
    )
    if (found.length === 0) return ok(redirecting.length)
    const firsts = [...Map.groupBy(found, (it) => it.route).values()].map(
      (its) => its.find((it) => it.others === 'none') ?? its[0],
    )
    const isWhole = !mayBeElsewhere(mesh, 'VirtualService')
    return firsts.filter((it) => it !== undefined).map((it) => verdict(it, isWhole))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `VirtualService ${full(on)} redirects ${args.request} to ${args.to}, where it takes the request again: ` +
      'requests go in a circle.',
    detail: ({ args }) => `${args.path}${args.others === 'some' ? ' · a rule before it has some of the requests' : ''}`,
    note: () => 'browsers give up after about 20 redirects (ERR_TOO_MANY_REDIRECTS); no backend is asked',
    help: ({ subject: on, args }) => [
      args.scheme === 'https'
        ? 'let the rule match `port: 80` alone, or take it away and set `tls.httpsRedirect` at the server of the ' +
          'Gateway'
        : 'let the redirect lead to another host or path than its own rule takes',
      `kubectl -n ${on.namespace} edit virtualservices.networking.istio.io ${on.name}   # ${args.path}`,
    ],
  },
})

function verdict({ route, index, redirect, host, path, scheme, others }: MeshCircle, isWhole: boolean) {
  const on = subject('VirtualService', route.namespace, route.name)
  const at = `spec.http[${index}].redirect`
  const isSure = others === 'none' && isWhole
  return finding({
    subject: on,
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure ? 'error' : 'warning',
    args: {
      request: `${host === '*' ? 'any host' : host}${path}`,
      to: textOf(redirect),
      scheme: redirect.scheme === null ? null : scheme,
      path: at,
      others,
    },
    evidence: [
      objectLines(on, {
        path: at,
        lines: ['redirect:', ...linesOf(redirect)],
        mark: 'redirect:',
        label: 'leads to where it stands',
      }),
    ],
  })
}

function textOf({ scheme, authority, uri }: MeshRedirect): string {
  const parts = [
    ...(scheme === null ? [] : [scheme]),
    ...(authority === null ? [] : [`host ${authority}`]),
    ...(uri === null ? [] : [`path ${uri}`]),
  ]
  return parts.length === 0 ? 'what it was' : parts.join(', ')
}

function linesOf(redirect: MeshRedirect): readonly string[] {
  return (['scheme', 'authority', 'uri'] as const).flatMap((key) =>
    redirect[key] === null ? [] : [`  ${key}: ${redirect[key]}`],
  )
}
