/** The release of Traefik by its image: `docker.io/traefik:v3.2.1`, `rancher/mirrored-library-traefik:2.11.8`. */
export function traefikRelease(image: string): readonly [major: number, minor: number] | null {
  const [, major, minor] = /traefik:v?(\d{1,3})\.(\d{1,3})(?:[.-]|@|$)/.exec(image) ?? []
  if (major !== undefined) return [Number(major), Number(minor)]
  const [, alone] = /traefik:v?([3-9])(?:@|$)/.exec(image) ?? []
  return alone === undefined ? null : [Number(alone), 0]
}

/**
 * Whether an image is of a release before that one; `unsure` where its tag has no patch and that decides. A tag that
 * says nothing (`latest`, a digest) is taken for a release of these days.
 */
export function isTraefikBefore(
  image: string,
  [major, minor, patch]: readonly [major: number, minor: number, patch: number],
): 'yes' | 'no' | 'unsure' {
  const release = traefikRelease(image)
  if (release === null) return /traefik:v?1(?:\D|$)/.test(image) ? 'yes' : 'no'
  const [itsMajor, itsMinor] = release
  if (itsMajor !== major) return itsMajor < major ? 'yes' : 'no'
  if (itsMinor !== minor) return itsMinor < minor ? 'yes' : 'no'
  const [, itsPatch] = /traefik:v?\d{1,3}\.\d{1,3}\.(\d{1,4})/.exec(image) ?? []
  if (itsPatch === undefined) return 'unsure'
  return Number(itsPatch) < patch ? 'yes' : 'no'
}
