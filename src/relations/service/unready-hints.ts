import type { Container, Pod } from '../../model/pod.ts'

/** What is known of why such a container is not ready, beyond what the kubelet says. */
export type UnreadyHint = 'bitnami' | 'platform' | 'keycloak'

/**
 * By the image and the kubelet's words: an image of Bitnami's that is gone (its catalog moved to `bitnamilegacy` in
 * August 2025, bitnami/containers#83267), a platform that the image has nothing for (containerd), and Keycloak, which
 * since 25 answers `/health` on its management port 9000 (Keycloak, "Upgrading Guide").
 */
export function unreadyHint({ containers }: Pod): UnreadyHint | null {
  for (const it of containers) {
    const message = it.message ?? ''
    if (/no match(?:ing manifest)? for (?:platform|\w+\/\w+)/.test(message)) return 'platform'
    if (/^(?:docker\.io\/|registry-1\.docker\.io\/)?bitnami\//.test(it.image) && isGone(message)) return 'bitnami'
    if (asksOldKeycloak(it)) return 'keycloak'
  }
  return null
}

function isGone(message: string): boolean {
  return /: not found|manifest unknown|repository does not exist/.test(message)
}

function asksOldKeycloak({ image, ready, readinessProbe, startupProbe, ports }: Container): boolean {
  if (ready || !/(?:^|\/)keycloak[:@](?:2[5-9]|[3-9]\d)\./.test(image)) return false
  return [readinessProbe, startupProbe].some((it) => {
    const [, at] = /^https?-get :([^/]{1,60})\/(?:[\w-]{1,40}\/)?health/.exec(it ?? '') ?? []
    const port = ports.find((one) => one.name === at)?.port ?? Number(at)
    return at !== undefined && Number.isInteger(port) && port !== 9000
  })
}

export const hintText: Readonly<Record<UnreadyHint, string>> = {
  bitnami:
    "Bitnami's images moved in August 2025 from docker.io/bitnami to docker.io/bitnamilegacy, where they get no " +
    'fixes: ' +
    "take that one for now, or another maker's",
  platform:
    'the image has nothing for the operating system or the architecture of the node: ask for one that it is built ' +
    'for, ' +
    '`nodeSelector: kubernetes.io/os: linux` or kubernetes.io/arch, or build it for that one too',
  keycloak: 'since 25 Keycloak answers /health on its management port, 9000: set the port of the probe to 9000',
}
