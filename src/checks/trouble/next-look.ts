import type { Subject } from '../../model/subject.ts'

/** The one measurement that would halve what is left, for each source of troubles: a sentence, then commands. */
export function nextLook(
  source: string,
  on: Subject,
  { pod, namespace }: { readonly pod: string; readonly namespace: string },
): readonly string[] {
  if (source === 'insideViews') {
    return [
      'compare this pod with one that is answered: its resolv.conf, its node, the policies on it',
      ...(pod === ''
        ? []
        : [
            `hopscope resolve kubernetes.default -n ${namespace} --from pod/${pod}`,
            `kubectl -n ${namespace} exec ${pod} -- cat /etc/resolv.conf`,
          ]),
      ...(pod === '' ? [`kubectl -n ${namespace} get pods -o wide`] : []),
    ]
  }
  if (source === 'contacts' && on.namespace !== null) {
    return [
      'see who answers, from where',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o wide`,
      `kubectl -n ${on.namespace} get endpointslices -o wide`,
    ]
  }
  if (source === 'outside' && on.namespace !== null) {
    return [
      'ask for it from inside, past the load balancer: where the answers part, there it sits',
      `hopscope diagnose ${on.kind.toLowerCase()}/${on.name} -n ${on.namespace} --probe`,
    ]
  }
  if (source === 'pods' && pod !== '') {
    return ['read what the kubelet says of it', `kubectl -n ${namespace} describe pod ${pod}`]
  }
  if (source === 'nodes') return ['read what the node says of itself', `kubectl describe node ${on.name}`]
  if (pod !== '') return ['read what the server says', `kubectl -n ${namespace} logs ${pod} --since=10m`]
  return [
    'compare the paths: where the bad ones part from the good ones, there it sits',
    'hopscope dns --node-access -v',
  ]
}
