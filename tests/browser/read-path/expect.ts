import { chai, JestAsymmetricMatchers, JestChaiExpect } from '@vitest/expect'

/** vitest's `expect` without vitest, for tests that are played in a page. */
export { expect }

chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)
const { expect } = chai
