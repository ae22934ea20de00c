import { expect, test } from 'vitest'
import { container, pod } from '../../../test/build/pod.ts'
import type { Container } from '../../model/pod.ts'
import { unreadyHint } from './unready-hints.ts'

const redis = 'docker.io/bitnami/redis:7.2.4'
const gone = `ErrImagePull: failed to resolve reference "${redis}": not found`
const keycloak = (about: Partial<Container>): Partial<Container> => ({
  image: 'quay.io/keycloak/keycloak:26.0.5',
  ready: false,
  readinessProbe: 'http-get :http/health/ready',
  ...about,
})

test.each<[string, Partial<Container>, string | null]>([
  ['an image that moved', { image: redis, message: gone }, 'bitnami'],
  ['where it already is', { image: 'docker.io/bitnamilegacy/redis:7.2.4', message: gone }, null],
  ['that is refused', { image: redis, message: 'ErrImagePull: 429 Too Many Requests' }, null],
  ['of another platform', { message: 'no match for platform in manifest: not found' }, 'platform'],
  ['Keycloak on its old port', keycloak({}), 'keycloak'],
  ['on its new one', keycloak({ readinessProbe: 'http-get :9000/health/ready' }), null],
  ['of a release before', keycloak({ image: 'quay.io/keycloak/keycloak:24.0.1' }), null],
  ['ready', keycloak({ ready: true }), null],
])('%s', (_name, about, hint) => {
  expect(unreadyHint(pod('web-1', { containers: [container(about)] }))).toBe(hint)
})
