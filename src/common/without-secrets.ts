const SECRET_NAME = /pass|pwd|pw$|auth|token|secret|credential|(api|ssl|private)_?key$/i;

/** Whether something of this name is not to be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** As far as the last `@` of what looks like a URL, also of one that is malformed or has blanks before it. */
const CREDENTIALS = /^(\s*(?:[a-z][a-z0-9+.-]+:)?\/\/|\s*[a-z][a-z0-9+.-]+:).*@/is;

/** The value of a parameter that is called like a secret. */
const SECRET_PARAMETER = /([?&;#][^=&;#]*(?:pass|pwd|pw|auth|token|secret|key|cred)[^=&;#]*=)[^&;#]*/gi;

/** A location as messages show it, whatever it was meant to be: without what may be a password or a token. */
export function withoutPassword(location: string): string {
  return location.replace(CREDENTIALS, "$1***@").replace(SECRET_PARAMETER, "$1***");
}

/** Whether the location holds something that must not be shown. */
export function holdsSecret(location: string): boolean {
  return withoutPassword(location) !== location;
}
