import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { full, some } from '../../phrases.ts'
import { routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { ingressSubject } from './words.ts'

/**
 * A WebSocket begins with `Connection: Upgrade` (RFC 6455, 4.1), which each proxy has to send on by itself (RFC 9110,
 * 7.8). ingress-nginx does so unless an annotation gives the pods another header, or HTTP/1.0. All other requests go
 * on well.
 */
export default check({
  code: 'ING394',
  slug: 'ingress/upgrade-taken-away',
  title: 'an Ingress takes from WebSockets what they begin with',
  fine: 'Ingresses that set how connections go on are for plain requests, by all that their objects say',
  severity: 'warning',
  needs: ['ingresses'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressClasses }) {
    const set = ingresses.filter((it) => it.nginx?.noUpgrade !== undefined && isForNginx(it, ingressClasses))
    if (set.length === 0) return notApplicable('no Ingress here keeps the upgrade of a connection from its pods')
    return set.map((it) => verdict(it) ?? ok(1))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} sends no \`Connection: upgrade\` on to its pods, and ` +
      (args.paths.length > 0 ? `${some(args.paths, 2)} looks like WebSockets.` : 'is set up as for WebSockets.'),
    detail: ({ args }) =>
      `${args.by}: ${args.value}` + (args.isLong ? ' · proxy-read-timeout of ten minutes or more' : ''),
    note: () =>
      'the pods take the opening of a WebSocket for a plain request, and answer 400, 404 or 426; others go on',
    help: ({ subject: on, args }) => [
      'take the annotation away: by itself ingress-nginx sends on what a WebSocket needs',
      `kubectl -n ${on.namespace} annotate ingress ${on.name} nginx.ingress.kubernetes.io/${args.by}-`,
      'curl -sv -H "Connection: Upgrade" -H "Upgrade: websocket" -H "Sec-WebSocket-Version: 13" ' +
        `-H "Sec-WebSocket-Key: aG9wc2NvcGU=" http://${args.host ?? on.name}${args.paths[0] ?? '/'}`,
    ],
  },
})

/** `/ws`, `/api/websocket`, and the paths of Socket.IO, SockJS, SignalR, Rails and Jupyter. */
const socketPath =
  /\/(?:wss?|websockets?|socket|sockets|socket\.io|sockjs|signalr|cable|hubs?|api\/kernels)(?:[/(.*]|$)/i

function verdict(ingress: Ingress) {
  const set = ingress.nginx?.noUpgrade
  const routes = routesOf(ingress).filter((it) => socketPath.test(it.path ?? ''))
  const isLong = ingress.nginx?.isLong === true
  if (set === undefined || (routes.length === 0 && !isLong)) return null
  return finding({
    subject: ingressSubject(ingress),
    // What the pods speak, no object says.
    confidence: 'possible',
    args: {
      ...set,
      isLong,
      paths: [...new Set(routes.flatMap((it) => it.path ?? []))],
      host: routes[0]?.host ?? ingress.rules[0]?.host ?? null,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['nginx.ingress.kubernetes.io/${set.by}']`,
        lines: ['annotations:', `  nginx.ingress.kubernetes.io/${set.by}: ${set.value}`],
        at: 1,
        mark: set.value,
        label: 'no upgrade goes through',
      },
    ],
  })
}
