namespace Messaging.MassTransit;

/// <summary>
/// The reply of an operation that returns no value, or null, where both sides are Messaging (<c>UseMassTransit</c>):
/// MassTransit has no answer without a message.
/// </summary>
public sealed record Done;
