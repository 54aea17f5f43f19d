namespace Messaging.Serialization;

/// <summary>
/// A value that can't travel whole: a null that the contract doesn't allow, or one of which the serializer would lose
/// something. The message names types and operations and nothing of the value, so that it may cross the wire.
/// </summary>
internal sealed class UnfitPayloadException(string message) : Exception(message);
