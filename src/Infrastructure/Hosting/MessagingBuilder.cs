using Microsoft.Extensions.DependencyInjection;

namespace Messaging;

/// <summary>Registers what a process does with Messaging: its transport, its workers, its requesters.</summary>
public sealed class MessagingBuilder
{
    internal MessagingBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }
}
