declare const checked: unique symbol

/** A network device of Linux: at most 15 bytes (IFNAMSIZ). The kernel allows more characters than are taken here. */
export type DeviceName = string & { readonly [checked]: 'device' }
/** A uid of the API server's, or the hash that a static pod has in its place. */
export type PodUid = string & { readonly [checked]: 'pod-uid' }
/**
 * What nftables calls a table. Nothing else than a word: nft takes its arguments for one line of its language, in which
 * a semicolon begins another command.
 */
export type NftName = string & { readonly [checked]: 'nft' }

export function asDeviceName(text: string): DeviceName | null {
  return /^[a-z0-9_][a-z0-9_.-]{0,14}$/i.test(text) ? (text as DeviceName) : null
}

export function asPodUid(text: string): PodUid | null {
  return /^[0-9a-f][0-9a-f-]{15,63}$/i.test(text) ? (text as PodUid) : null
}

/** nft's own `string` (src/scanner.l), as long as the kernel takes for a table of somebody's. */
export function asNftName(text: string): NftName | null {
  return /^[a-z][a-z0-9_./-]{0,127}$/i.test(text) ? (text as NftName) : null
}
