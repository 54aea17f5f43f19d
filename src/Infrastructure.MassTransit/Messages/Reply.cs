namespace Messaging.MassTransit;

/// <summary>
/// The reply of an operation whose reply type can't be a message of MassTransit's (a number, a text, an array), where both
/// sides are Messaging (<c>UseMassTransit</c>).
/// </summary>
/// <typeparam name="T">The operation's reply type.</typeparam>
/// <param name="Value">The reply.</param>
public sealed record Reply<T>(T Value);
