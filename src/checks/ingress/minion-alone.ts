import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { full, some } from '../../phrases.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

const f5 = 'nginx.org/ingress-controller'

/**
 * F5's controller takes the host and TLS of a mergeable Ingress from its master, and the paths from its minions. A
 * minion of whose host there is no master is not served (nginx/kubernetes-ingress, "Mergeable Ingress").
 */
export default check({
  code: 'ING417',
  slug: 'ingress/minion-alone',
  title: 'a minion Ingress of F5 NGINX has no master',
  fine: 'each minion has a master of its host',
  severity: 'error',
  needs: ['ingresses'],
  wants: ['ingressesBeside', 'ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressesBeside, ingressClasses, scope }) {
    const minions = ingresses.filter((it) => it.mergeable === 'minion' && mayBeF5s(it, ingressClasses))
    if (minions.length === 0) return notApplicable('no Ingress here is a minion of F5 NGINX')
    const all = withBeside(ingresses, ingressesBeside)
    const isWhole = scope.namespace === null || ingressesBeside.known
    return minions.map((minion) => {
      const masters = all.filter((it) => it.mergeable === 'master' && mayBeOfOne(it, minion))
      return masters.some((it) => hostsOf(it).some((host) => hostsOf(minion).includes(host)))
        ? ok(1)
        : verdict(minion, masters, isWhole)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Minion Ingress ${full(on)} is of ${some(args.hosts, 2)}, of which ` +
      (args.whole
        ? 'no Ingress is the master: it is not served.'
        : `no Ingress of namespace ${on.namespace} is the master: it is not served, unless another namespace has it.`),
    detail: ({ args }) => `masters of its class: ${some(args.masters, 3) || 'none'}`,
    note: () => 'host and TLS come from the master, which has no paths; without one the controller leaves minions out',
    help: ({ subject: on }) => [
      'make a master of that host, or take the annotation away where the Ingress is to stand alone',
      'kubectl get ingress -A -o yaml | grep -B20 mergeable-ingress-type',
      `kubectl -n ${on.namespace} describe ingress ${on.name}`,
    ],
  },
})

/** A class may be left out, and is the default one then, or whatever the controller takes. */
function mayBeOfOne(master: Ingress, minion: Ingress): boolean {
  return master.className === minion.className || master.className === null || minion.className === null
}

/** To another controller the annotation says nothing. */
function mayBeF5s({ className }: Ingress, classes: Known<readonly IngressClass[]>): boolean {
  const own = classes.known ? classes.value.find((it) => it.name === className) : undefined
  return own === undefined || own.controller === f5
}

function hostsOf({ rules }: Ingress): readonly string[] {
  return rules.map((it) => (it.host ?? '').toLowerCase())
}

function verdict(minion: Ingress, masters: readonly Ingress[], isWhole: boolean) {
  return finding({
    subject: ingressSubject(minion),
    confidence: isWhole ? 'inferred' : 'possible',
    severity: isWhole ? 'error' : 'warning',
    args: {
      hosts: hostsOf(minion).map((it) => (it === '' ? 'no host' : it)),
      masters: masters.map((it) => `${full(it)} (${some(hostsOf(it), 2)})`),
      whole: isWhole,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(minion),
        path: "metadata.annotations['nginx.org/mergeable-ingress-type']",
        lines: ['annotations:', '  nginx.org/mergeable-ingress-type: minion'],
        at: 1,
        mark: 'minion',
        label: 'adds paths to a host that a master has',
      },
    ],
    causes: [ingressFails(minion)],
  })
}
