import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { KongPlugin } from '../../model/beside.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { full, some } from '../../phrases.ts'
import { nearNames } from '../../relations/near-value.ts'
import { ingressSubject } from './words.ts'

const annotation = 'konghq.com/plugins'
const kong = 'ingress-controllers.konghq.com/kong'

/**
 * Kong takes a plugin of this name from the namespace of the Ingress, else a KongClusterPlugin; one of another
 * namespace is `namespace:name`. One that is not there is left out: "referenced KongPlugin or KongClusterPlugin does
 * not exist" (Kong/kubernetes-ingress-controller, internal/dataplane/kongstate).
 */
export default check({
  code: 'ING416',
  slug: 'ingress/plugin-missing',
  title: 'an Ingress names a plugin of Kong that is not there',
  fine: 'the plugins of Kong that Ingresses name are there',
  severity: 'warning',
  needs: ['ingresses', 'beside'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, beside, ingressClasses }) {
    const its = ingresses.filter((it) => it.plugins !== undefined && mayBeKongs(it, ingressClasses))
    if (its.length === 0) return notApplicable('no Ingress here names a plugin of Kong')
    const plugins = beside.kongPlugins ?? []
    if (plugins.length === 0) return cannotTell('not-there', 'the file holds no KongPlugin: there may be none, or many')
    return its.flatMap((ingress) => (ingress.plugins ?? []).map((name) => judge(ingress, name, plugins)))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} names plugin \`${args.plugin}\` of Kong, and ` +
      (args.homes.length === 0
        ? 'no KongPlugin of its namespace and no KongClusterPlugin has that name.'
        : `the KongPlugin of that name is in ${some(args.homes, 3)}: it is not applied.`),
    detail: ({ args }) => `plugins that were seen for it: ${some(args.there, 4) || 'none'}`,
    note: () =>
      'Kong serves the Ingress without it, or leaves its last settings: what should ask who calls may ask nobody; ' +
      'not so if a KongClusterPlugin has that name, of which the file tells nothing',
    help: ({ subject: on, args }) => [
      helpOf(args),
      'kubectl get kongplugins.configuration.konghq.com -A',
      'kubectl get kongclusterplugins.configuration.konghq.com -A',
      `kubectl -n ${on.namespace} get events --field-selector involvedObject.name=${on.name}`,
      `kubectl -n ${on.namespace} edit ingress ${on.name}   # metadata.annotations`,
    ],
  },
})

function helpOf({
  homes,
  plugin,
  near,
}: {
  readonly homes: readonly string[]
  readonly plugin: string
  readonly near: string | null
}) {
  if (homes.length > 0)
    return (
      'make it a KongClusterPlugin, or copy it to the namespace of the Ingress; newer controllers also take ' +
      `\`${homes[0]}:${plugin}\`, with a ReferenceGrant there`
    )
  return near === null ? 'make the plugin, or take its name out' : `name the one that is meant: \`${near}\``
}

/** To another controller the annotation says nothing. */
function mayBeKongs({ className }: Ingress, classes: Known<readonly IngressClass[]>): boolean {
  const own = classes.known ? classes.value.find((it) => it.name === className) : undefined
  return own === undefined ? className === null || className === 'kong' : own.controller === kong
}

function judge(ingress: Ingress, written: string, plugins: readonly KongPlugin[]) {
  const [first = '', second] = written.split(':', 2)
  const [home, name] = second === undefined ? [ingress.namespace, first] : [first, second]
  const isThere = plugins.some(
    (it) => it.name === name && (it.namespace === home || (second === undefined && it.namespace === null)),
  )
  if (isThere) return ok(1)
  const own = plugins.filter((it) => it.namespace === ingress.namespace || it.namespace === null)
  const homes = second === undefined ? plugins.filter((it) => it.name === name).flatMap((it) => it.namespace ?? []) : []
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'possible',
    args: {
      plugin: written,
      homes,
      near: nearNames(own.map((it) => it.name))(name)[0] ?? null,
      there: own.map((it) => it.name),
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${annotation}']`,
        lines: ['annotations:', `  ${annotation}: ${some(ingress.plugins ?? [], 3)}`],
        at: 1,
        mark: written,
        label: 'no such plugin for this Ingress',
      },
    ],
  })
}
