import type { Pod } from '../model/pod.ts'
import { full } from '../phrases.ts'
import { once } from './once.ts'

/** By `namespace/name`. */
export const podsByName = once(
  (pods: readonly Pod[]): ReadonlyMap<string, Pod> => new Map(pods.map((it) => [full(it), it])),
)
