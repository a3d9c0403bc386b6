import { defineConfig } from "vitest/config";

/**
 * One set of modules for all files: both SDKs are loaded once, which halves the run. No test keeps anything in a module.
 * The limits are wide because they only end what hangs; a busy machine must not.
 */
export default defineConfig({
  test: { isolate: false, testTimeout: 60_000, expect: { poll: { timeout: 30_000 } } },
});
