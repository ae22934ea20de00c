/**
 * Whether a server that nginx asked is a door of the controller's own pod: 127.0.0.1:8181 of ingress-nginx, its default
 * backend where nobody named another (controller.go, `getDefaultUpstream`; nginx.tmpl, `listen 8181`), and sockets of
 * F5's. No endpoint of a Service may be a loopback address (pkg/apis/core/validation, ValidateEndpointIP).
 */
export function isOwnDoor(address: string): boolean {
  return /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]):\d{1,5}$|^unix:/.test(address)
}

/** F5's answer 502 for a group that has no server (internal/configs/configurator.go, `nginx502Server`). */
export function standsForNobody(address: string): boolean {
  return address.startsWith('unix:') && address.includes('nginx-502-server.sock')
}

/** Whether nginx itself was the client: it asked a door of its own. */
export function isLoopback(client: string): boolean {
  return client === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(client)
}
