import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { full, some } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { allOfIngress } from '../../relations/symptom.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject } from './words.ts'

/**
 * ingress-nginx passes TLS through only when it was started with `--enable-ssl-passthrough`: else it leaves the
 * annotation unread, without a word, and ends TLS itself (docs/user-guide/tls.md).
 */
export default check({
  code: 'ING353',
  slug: 'ingress/passthrough-off',
  title: 'an Ingress passes TLS through, and its controller does not',
  fine: 'controllers pass TLS through for each Ingress that asks for it',
  severity: 'error',
  needs: ['ingresses', 'ingressControllers'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressControllers, ingressClasses, scope }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const asking = ingresses.filter((it) => it.nginx?.passthrough === true && isAskedAbout(scope, 'Ingress', it))
    const judged = asking.flatMap((ingress) => {
      const own = controllersOf(ingress, ingressControllers, classes).filter((it) => it.product === 'ingress-nginx')
      return own.length === 0 ? [] : [judge(ingress, own)]
    })
    return judged.length > 0 ? judged : notApplicable('no Ingress of an ingress-nginx that is seen passes TLS through')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} is to pass TLS through to its pods, and ` +
      `${args.off === args.of ? 'its controller' : 'one of its controllers'} ends it: ` +
      'it runs without --enable-ssl-passthrough.',
    detail: ({ args }) =>
      `ssl-passthrough true · ${args.off} of ${args.of} controllers without the flag (${args.controllers})`,
    note: ({ args }) =>
      `clients get ${args.secret === null ? "the controller's own certificate" : `that of Secret ${args.secret}`}, ` +
      `and pods get ${args.spoken} from nginx in place of the client's TLS`,
    help: ({ subject: on, args }) => [
      'start the controller with --enable-ssl-passthrough, or take the annotation away and let nginx end TLS',
      `kubectl -n ${args.home} get pod ${args.pod} -o jsonpath='{.spec.containers[*].args}'`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

function judge(ingress: Ingress, own: readonly IngressController[]) {
  if (own.some((it) => it.passthrough === undefined))
    return cannotTell(
      'not-asked',
      'this recording does not say whether its controllers pass TLS through',
      'a new recording',
    )
  const off = own.filter((it) => it.passthrough === 'off')
  const [first] = off
  if (first === undefined) return ok(1)
  const protocol = ingress.nginx?.protocol ?? 'HTTP'
  const secret = ingress.tls?.find((it) => it.secret !== null)?.secret ?? null
  // Ended and begun again: with a certificate of the host's own, and TLS to the pods, most clients see no difference.
  const isWhole = secret !== null && protocol.endsWith('S')
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    severity: isWhole ? 'warning' : 'error',
    args: {
      off: off.length,
      of: own.length,
      controllers: some(off.map((it) => it.pod)),
      secret,
      spoken: protocol,
      pod: first.pod,
      home: first.namespace,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: 'metadata.annotations',
        lines: ["nginx.ingress.kubernetes.io/ssl-passthrough: 'true'"],
        at: 0,
        mark: 'ssl-passthrough',
        label: 'left unread without the flag',
      },
      { kind: 'fact', label: `pod ${first.namespace}/${first.pod}`, value: 'no --enable-ssl-passthrough' },
    ],
    causes: allOfIngress(ingress),
  })
}
