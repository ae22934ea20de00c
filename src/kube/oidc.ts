import { ToolError } from '../tool-error.ts'
import { age } from './age.ts'

/**
 * The id-token of auth-provider `oidc`, while it is valid. An expired one is not renewed here: providers commonly
 * rotate the refresh token, and whoever renews must write the new one into the kubeconfig as kubectl does, or log the
 * user out. hopscope writes no kubeconfig. Throws ToolError `unauthorized`.
 */
export function oidcToken(config: Readonly<Record<string, string>>, user: string, now = Date.now()): string {
  const token = config['id-token']
  const renew = 'any kubectl command renews it: kubectl version'
  if (token === undefined) throw new ToolError('unauthorized', `user \`${user}\` has no OIDC id-token yet`, renew)
  const expires = jwtExpiry(token)
  if (expires !== null && expires <= now)
    throw new ToolError(
      'unauthorized',
      `the OIDC id-token of user \`${user}\` expired ${age(now - expires)} ago`,
      renew,
    )
  return token
}

/** `exp` of a JSON Web Token (RFC 7519, 4.1.4), in milliseconds since 1970; null when the token does not say. */
export function jwtExpiry(token: string): number | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const { exp } = (typeof claims === 'object' && claims !== null ? claims : {}) as { readonly exp?: unknown }
    return typeof exp === 'number' ? exp * 1000 : null
  } catch {
    return null
  }
}
