/** `mail.contoso.example`, or with a star for whatever stands before: `*.office365.com`. */
const domain = /^(?=.{1,253}$)(\*\.)?([a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i

export function isDomain(text: string): boolean {
  return domain.test(text)
}

/** Whether a host name is one of the domains. A star in front stands for one label or more, elsewhere for a part of one. */
export function inDomains(domains: readonly string[]): (name: string) => boolean {
  const patterns = domains.map(patternOf)
  return (name) => patterns.some((pattern) => pattern.test(name.replace(/\.$/, '')))
}

function patternOf(written: string): RegExp {
  const isWide = written.startsWith('*.')
  const rest = (isWide ? written.slice(2) : written)
    .split('*')
    .map((part) => RegExp.escape(part))
    .join('[a-z0-9-]+')
  return new RegExp(`^${isWide ? '([a-z0-9_-]+\\.)+' : ''}${rest}$`, 'i')
}
