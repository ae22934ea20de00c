/** The release of Traefik by its image: `docker.io/traefik:v3.2.1`, `rancher/mirrored-library-traefik:2.11.8`. */
export function traefikRelease(image: string): readonly [major: number, minor: number] | null {
  const [, major, minor] = /traefik:v?(\d{1,3})\.(\d{1,3})(?:[.-]|@|$)/.exec(image) ?? []
  if (major !== undefined) return [Number(major), Number(minor)]
  const [, alone] = /traefik:v?([3-9])(?:@|$)/.exec(image) ?? []
  return alone === undefined ? null : [Number(alone), 0]
}
