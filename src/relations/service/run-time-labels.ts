import type { Pod } from '../../model/pod.ts'

/**
 * Labels that no template has: an operator, or the server itself, moves them while pods run. CloudNativePG
 * (`cnpg.io/instanceRole`, `role`), Patroni (`spilo-role`, `role`), Vault (service_registration "kubernetes":
 * `vault-active`), operators of Redis and MongoDB.
 */
const isRole =
  /(?:^|[./-])(?:instanceRole|role|[a-z]+-role|vault-(?:active|initialized|perf-standby)|leader|master|primary)$/i

/** Whether a label says what a pod is for the moment. */
export function isRunTimeLabel(key: string): boolean {
  return key.length < 200 && isRole.test(key)
}

/** How many of these pods Vault has labelled as sealed (`vault-sealed`). */
export function sealedAmong(pods: readonly Pod[]): number {
  return pods.filter(({ labels }) => labels['vault-sealed'] === 'true').length
}
