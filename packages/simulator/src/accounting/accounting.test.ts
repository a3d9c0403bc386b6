import { describe, expect, test } from "vitest";
import { manualClock, start, type Started } from "../test/start.ts";

type Usage = Record<string, unknown>;

/** About so many tokens of text, different for each name. */
function text(name: string, tokens: number): string {
  return `${name} `.repeat(Math.ceil((tokens * 4) / (name.length + 1)));
}

async function usageOf(answer: Promise<Response>): Promise<Usage> {
  const body = (await (await answer).json()) as { usage: Usage };
  return body.usage;
}

describe("Anthropic's prompt cache", () => {
  const system = (ttl: string, name = "alpha"): unknown[] => [
    { type: "text", text: text(name, 2_000), cache_control: { type: "ephemeral", ttl } },
  ];
  const ask = ({ post }: Started, body: object, key = "one"): Promise<Usage> =>
    usageOf(
      post(
        "/v1/messages",
        { model: "claude-opus-5-5", max_tokens: 50, messages: [{ role: "user", content: "Hello there" }], ...body },
        { authorization: `Bearer ${key}` },
      ),
    );

  test("a marked prefix is written once, then read, until its time is up", async () => {
    const clock = manualClock();
    const started = await start({ clock });
    const first = await ask(started, { system: system("5m") });
    expect(first["cache_creation_input_tokens"]).toBeGreaterThan(1_900);
    expect(first["cache_creation"]).toEqual({
      ephemeral_5m_input_tokens: first["cache_creation_input_tokens"],
      ephemeral_1h_input_tokens: 0,
    });
    expect(first["cache_read_input_tokens"]).toBe(0);

    clock.advance(240_000);
    const second = await ask(started, { system: system("5m") });
    expect(second["cache_read_input_tokens"]).toBe(first["cache_creation_input_tokens"]);
    expect(second["cache_creation_input_tokens"]).toBe(0);
    expect(second["input_tokens"]).toBe(first["input_tokens"]);

    // Reading keeps it alive.
    clock.advance(240_000);
    expect((await ask(started, { system: system("5m") }))["cache_read_input_tokens"]).toBeGreaterThan(0);
    clock.advance(300_001);
    expect((await ask(started, { system: system("5m") }))["cache_read_input_tokens"]).toBe(0);
  });

  test("an hour is an hour, and other prefixes, models and callers have their own", async () => {
    const clock = manualClock();
    const started = await start({ clock });
    const first = await ask(started, { system: system("1h") });
    expect(first["cache_creation"]).toMatchObject({ ephemeral_1h_input_tokens: first["cache_creation_input_tokens"] });
    clock.advance(3_000_000);
    expect((await ask(started, { system: system("1h") }))["cache_read_input_tokens"]).toBeGreaterThan(0);
    for (const [body, key] of [
      [{ system: system("1h", "beta") }, "one"],
      [{ system: system("1h"), model: "claude-sonnet-5-5" }, "one"],
      [{ system: system("1h") }, "two"],
    ] as const)
      expect((await ask(started, body, key))["cache_read_input_tokens"]).toBe(0);
  });

  test("a longer conversation reads what the shorter one wrote, and writes the rest", async () => {
    const started = await start();
    const turn = (role: string, name: string): object => ({ role, content: [{ type: "text", text: text(name, 600) }] });
    const cached = { cache_control: { type: "ephemeral" }, system: text("alpha", 1_500) };
    const first = await ask(started, { ...cached, messages: [turn("user", "one")] });
    const second = await ask(started, {
      ...cached,
      messages: [turn("user", "one"), turn("assistant", "two"), turn("user", "three")],
    });
    expect(second["cache_read_input_tokens"]).toBe(first["cache_creation_input_tokens"]);
    expect(second["cache_creation_input_tokens"]).toBeGreaterThan(1_100);
  });

  test("a short prefix is not cached, and a stream says the same as a whole answer", async () => {
    const started = await start();
    const short = [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }];
    expect((await ask(started, { system: short }))["cache_creation_input_tokens"]).toBe(0);
    const body = { model: "claude-opus-5-5", max_tokens: 60, messages: [{ role: "user" as const, content: "Hi" }] };
    const whole = await started.anthropic.messages.create(body);
    expect((await started.anthropic.messages.stream(body).finalMessage()).usage).toEqual(whole.usage);
  });

  test("count_tokens says what the message is billed for", async () => {
    const { anthropic } = await start();
    const body = { model: "claude-opus-5-5", messages: [{ role: "user" as const, content: text("word", 321) }] };
    const { input_tokens } = await anthropic.messages.countTokens(body);
    const message = await anthropic.messages.create({ ...body, max_tokens: 20 });
    expect(message.usage.input_tokens).toBe(input_tokens);
    expect(input_tokens).toBeGreaterThan(300);
  });
});

describe("OpenAI's prompt cache", () => {
  const ask = ({ post }: Started, body: object): Promise<Usage> =>
    usageOf(post("/v1/responses", { model: "gpt-6.1-sol", store: false, ...body }));
  const details = (usage: Usage): Record<string, unknown> => usage["input_tokens_details"] as Record<string, unknown>;

  test("a long prompt is written in steps of 128 and read again, also by one that goes on", async () => {
    const clock = manualClock();
    const started = await start({ clock });
    const long = text("alpha", 3_000);
    const first = await ask(started, { input: long });
    const written = details(first)["cache_write_tokens"] as number;
    expect(written % 128).toBe(0);
    expect(written).toBeGreaterThan(2_800);
    expect(details(first)["cache_write_tokens_details"]).toEqual({ ttl_30m_tokens: written, ttl_12h_tokens: 0 });
    const second = await ask(started, {
      input: [
        { role: "user", content: long },
        { role: "user", content: "more" },
      ],
    });
    expect(details(second)["cached_tokens"]).toBeGreaterThanOrEqual(written - 128);
    expect(second["total_tokens"]).toBe((second["input_tokens"] as number) + (second["output_tokens"] as number));
    clock.advance(1_800_001);
    expect(details(await ask(started, { input: long }))["cached_tokens"]).toBe(0);
  });

  test("a prompt under 1024 tokens is not cached; keys keep prompts apart; 12h is 12h", async () => {
    const clock = manualClock();
    const started = await start({ clock });
    for (let i = 0; i < 2; i++) expect(details(await ask(started, { input: text("a", 500) }))["cached_tokens"]).toBe(0);
    const input = text("beta", 2_000);
    const kept = { input, prompt_cache_key: "x", prompt_cache_options: { ttl: "12h" } };
    await ask(started, kept);
    expect(details(await ask(started, { input, prompt_cache_key: "y" }))["cached_tokens"]).toBe(0);
    clock.advance(11 * 3_600_000);
    expect(details(await ask(started, kept))["cached_tokens"]).toBeGreaterThan(1_800);
  });

  test("a response that builds on another is billed for all of it", async () => {
    const { openai } = await start();
    const first = await openai.responses.create({ model: "gpt-6.1-sol", input: text("gamma", 700) });
    const second = await openai.responses.create({
      model: "gpt-6.1-sol",
      input: "And?",
      previous_response_id: first.id,
    });
    expect(second.usage?.input_tokens).toBeGreaterThan((first.usage?.input_tokens ?? 0) + 10);
    const counted = await openai.responses.inputTokens.count({
      model: "gpt-6.1-sol",
      input: "And?",
      previous_response_id: first.id,
    });
    expect(counted.input_tokens).toBe(second.usage?.input_tokens);
  });
});

describe("rate limits", () => {
  test("Anthropic: the bucket runs dry, says when to come back, and fills again", async () => {
    const clock = manualClock();
    const { post } = await start({ clock, rateLimits: { requestsPerMinute: 2 } });
    const ask = (key = "one"): Promise<Response> =>
      post(
        "/v1/messages",
        { model: "claude-opus-5-5", max_tokens: 20, messages: [{ role: "user", content: "Hi" }] },
        { authorization: `Bearer ${key}` },
      );
    const first = await ask();
    expect(first.headers.get("anthropic-ratelimit-requests-limit")).toBe("2");
    expect(first.headers.get("anthropic-ratelimit-requests-remaining")).toBe("1");
    expect(Date.parse(first.headers.get("anthropic-ratelimit-requests-reset") ?? "")).toBe(clock.now() + 30_000);
    const tokens = (name: string, bucket = ""): number =>
      Number(first.headers.get(`anthropic-ratelimit-${bucket}tokens-${name}`));
    for (const name of ["limit", "remaining"])
      expect(tokens(name)).toBe(tokens(name, "input-") + tokens(name, "output-"));
    expect(first.headers.get("anthropic-ratelimit-tokens-reset")).toBe(
      first.headers.get("anthropic-ratelimit-input-tokens-reset"),
    );
    await ask();
    const third = await ask();
    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).toBe("30");
    expect(await third.json()).toMatchObject({ error: { type: "rate_limit_error" } });
    expect((await ask("two")).status).toBe(200);
    clock.advance(30_000);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
  });

  test("OpenAI: tokens that were written count too", async () => {
    const clock = manualClock();
    const { post } = await start({ clock, rateLimits: { tokensPerMinute: 600 }, length: 500 });
    const ask = (): Promise<Response> =>
      post("/v1/chat/completions", { model: "gpt-4.1", messages: [{ role: "user", content: text("x", 100) }] });
    expect((await ask()).headers.get("x-ratelimit-limit-tokens")).toBe("600");
    const second = await ask();
    expect(second.status).toBe(429);
    expect(second.headers.get("x-ratelimit-remaining-tokens")).toBe("0");
    expect(second.headers.get("x-ratelimit-reset-tokens")).toMatch(/^(?:\d+m)?[\d.]+m?s$/);
    expect(await second.json()).toMatchObject({ error: { type: "tokens", code: "rate_limit_exceeded" } });
    clock.advance(60_000);
    expect((await ask()).status).toBe(200);
  });

  test("Anthropic: what the cache had does not count as input", async () => {
    const { post } = await start({ clock: manualClock(), rateLimits: { inputTokensPerMinute: 5_000 } });
    const system = [{ type: "text", text: text("alpha", 2_000), cache_control: { type: "ephemeral" } }];
    for (let i = 0; i < 4; i++) {
      const body = { model: "claude-opus-5-5", max_tokens: 20, system, messages: [{ role: "user", content: "Hi" }] };
      expect((await post("/v1/messages", body)).status).toBe(200);
    }
  });
});

describe("what is said of the rest", () => {
  test("service tiers and fast mode", async () => {
    const { anthropic, openai } = await start({
      models: [{ id: "claude-opus-5-5", tiers: ["standard", "priority"] }, "gpt-6.1-sol"],
    });
    const body = { model: "claude-opus-5-5", max_tokens: 20, messages: [{ role: "user" as const, content: "Hi" }] };
    expect((await anthropic.messages.create(body)).usage.service_tier).toBe("priority");
    expect((await anthropic.messages.create({ ...body, service_tier: "standard_only" })).usage.service_tier).toBe(
      "standard",
    );
    expect((await anthropic.messages.create({ ...body, speed: "fast" })).usage.speed).toBe("fast");
    const tier = async (service_tier?: "auto" | "flex" | "priority"): Promise<unknown> =>
      (await openai.responses.create({ model: "gpt-6.1-sol", input: "Hi", ...(service_tier && { service_tier }) }))
        .service_tier;
    expect([await tier(), await tier("auto"), await tier("flex"), await tier("priority")]).toEqual([
      "default",
      "default",
      "flex",
      "priority",
    ]);
  });

  test("sub-calls stand beside the answer's own counts", async () => {
    const { anthropic, simulator } = await start();
    const iterations = [{ type: "compaction", input: 60_385, output: 522 }];
    simulator.when(/./).reply({ parts: [{ type: "text", text: "Done" }], usage: { input: 612, iterations } });
    const { usage } = await anthropic.messages.create({
      model: "claude-opus-5-5",
      max_tokens: 50,
      messages: [{ role: "user", content: "Hi" }],
    });
    expect(usage).toMatchObject({
      input_tokens: 612,
      iterations: [
        { type: "compaction", input_tokens: 60_385, output_tokens: 522 },
        { type: "message", input_tokens: 612, output_tokens: usage.output_tokens },
      ],
    });
  });

  test("thoughts are part of the output, and no output can be had", async () => {
    const { anthropic, openai } = await start();
    const body = { model: "claude-opus-5-5", messages: [{ role: "user" as const, content: "Why is the sky blue?" }] };
    const { usage, content } = await anthropic.messages.create({ ...body, max_tokens: 900 });
    expect(usage.output_tokens_details?.thinking_tokens).toBeGreaterThan(0);
    expect(usage.output_tokens).toBeGreaterThan(usage.output_tokens_details?.thinking_tokens ?? 0);
    expect(content[0]).toMatchObject({
      type: "thinking",
      thinking: "",
      signature: expect.stringMatching(/^[\w+/]+=*$/),
    });
    const none = await anthropic.messages.create({ ...body, max_tokens: 0 });
    expect([none.content, none.stop_reason, none.usage.output_tokens]).toEqual([[], "max_tokens", 0]);
    const cut = await openai.responses.create({
      model: "gpt-6.1-sol",
      input: "Why is the sky blue?",
      max_output_tokens: 80,
    });
    expect([cut.status, cut.incomplete_details?.reason]).toEqual(["incomplete", "max_output_tokens"]);
    expect(cut.usage?.output_tokens).toBeLessThanOrEqual(80);
  });
});
