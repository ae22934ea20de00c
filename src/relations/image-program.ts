/** `neo4j` of `docker.io/library/neo4j:5.1@sha256:…`: the last part of an image's name, which says what runs in it. */
export function imageProgram(image: string): string {
  return (image.split('/').at(-1) ?? '').split(/[:@]/, 1)[0]?.toLowerCase() ?? ''
}
