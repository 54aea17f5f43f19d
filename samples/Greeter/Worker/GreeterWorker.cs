using Greeter.Contracts;
using Messaging;

namespace Greeter.Worker;

/// <summary>Adds the worker to a host.</summary>
public static class GreeterWorker
{
    /// <summary>Serves the greeter, as protobuf and as JSON.</summary>
    public static MessagingBuilder AddGreeter(this MessagingBuilder builder) =>
        builder.UseProtobuf(GreeterReflection.Descriptor).AddWorker<IGreeter, GreeterHandler>();
}
