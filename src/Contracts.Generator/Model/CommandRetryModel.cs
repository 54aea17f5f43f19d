namespace Messaging.Generator.Model;

/// <summary>What the contract says of a command's retries. What is null is not said.</summary>
internal sealed record CommandRetryModel(int? MaxAttempts, int? ImmediateRetries, int? BaseDelayMs, int? MaxDelayMs);
