/** What a probe pod runs where `--image` names no other: its program needs Node and nothing else. */
export const defaultImage = 'docker.io/library/node:24-slim'
