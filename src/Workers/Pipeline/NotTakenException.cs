namespace Messaging.Pipeline;

/// <summary>Thrown by a handler that forwards and could not: nothing has run, and another worker may have the call.</summary>
internal sealed class NotTakenException(string message, Exception? innerException = null) : Exception(message, innerException);
