import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressController } from '../../model/ingress.ts'
import { count } from '../../phrases.ts'
import { podSubject } from './live-words.ts'

/**
 * Kubernetes 1.22 serves no `networking.k8s.io/v1beta1` any more ("Deprecated API Migration Guide"), by which releases
 * of ingress-nginx before 1.0 ask for Ingresses (its README, "Supported Versions table"). What such a one has read
 * before goes on to be served; nothing that is new or changed is.
 */
export default check({
  code: 'ING413',
  slug: 'ingress/controller-too-old',
  title: 'an ingress controller asks for an API that this Kubernetes has no more',
  fine: 'ingress controllers ask for APIs that this Kubernetes has',
  severity: 'error',
  needs: ['ingressControllers', 'nodes'],
  remedies: [],
  decides: [],

  run({ ingressControllers, nodes }) {
    const released = ingressControllers.flatMap((controller) => {
      const release = controller.product === 'ingress-nginx' ? releaseOf(controller.image ?? '') : null
      return release === null ? [] : [{ controller, release }]
    })
    if (released.length === 0) return notApplicable('no ingress-nginx here whose release is known by its image')
    const minors = nodes.flatMap(({ kubelet }) => minorOf(kubelet) ?? [])
    if (minors.length === 0) return notApplicable('no node here says its version')
    // A kubelet is never newer than the API server ("Version Skew Policy").
    const minor = Math.max(...minors)
    const old = minor < 22 ? [] : released.filter(({ release }) => release.major === 0)
    const groups = [...Map.groupBy(old, ({ controller }) => controller.image ?? '').values()]
    return groups.length === 0 ? ok(released.length) : groups.flatMap((its) => verdict(its, minor))
  },

  words: {
    headline: ({ args }) =>
      `ingress-nginx ${args.release} asks for Ingresses of networking.k8s.io/v1beta1, which Kubernetes ` +
      `1.${args.minor} ` +
      'does not serve: it reads none.',
    detail: ({ args }) => `${count(args.pods, 'pod')} of ${args.image} · nodes of 1.${args.minor}`,
    note: () =>
      'Kubernetes has that API until 1.21; what the controller has read before goes on to be served, and a restart ' +
      'ends that',
    help: ({ subject: on, args }) => [
      'take a release of 1.0 or later (chart 4.x), which asks for networking.k8s.io/v1',
      `kubectl -n ${on.namespace} logs ${args.pod} --tail=50`,
    ],
  },
})

interface Release {
  readonly major: number
  readonly text: string
}

/** Of the project's own images; `nginx-ingress-controller` was their name before 0.35. */
function releaseOf(image: string): Release | null {
  const [, text, major] =
    /ingress-(?:nginx\/)?(?:controller|nginx-ingress-controller)[^:/]{0,40}:(v?(\d{1,2})\.\d{1,3}\.\d{1,3})\b/.exec(
      image.slice(0, 400),
    ) ?? []
  return text === undefined || /bitnami/.test(image) ? null : { major: Number(major), text }
}

function minorOf(kubelet: string): number | null {
  const [, minor] = /^v1\.(\d{1,3})\./.exec(kubelet) ?? []
  return minor === undefined ? null : Number(minor)
}

interface Released {
  readonly controller: IngressController
  readonly release: Release
}

function verdict(its: readonly Released[], minor: number) {
  const [first] = its
  if (first === undefined) return []
  const { controller, release } = first
  return [
    finding({
      subject: podSubject(controller),
      confidence: 'inferred',
      args: { image: controller.image ?? '', release: release.text, minor, pods: its.length, pod: controller.pod },
      evidence: [{ kind: 'fact', label: 'image', value: controller.image ?? '' }],
      causes: [],
    }),
  ]
}
