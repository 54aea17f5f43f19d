using System.Net.Sockets;
using System.Security.Authentication;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Tells the reasons for which a connection could not be opened: those that other endpoints share from those that they don't.</summary>
internal static class ConnectFailures
{
    /// <summary>The failure, if trying other endpoints or waiting cannot help; otherwise null.</summary>
    public static TransportException? Fatal(Exception exception, string endpoint, BrokerAddresses addresses)
    {
        if (Find<AuthenticationFailureException>(exception) is not null)
        {
            return new TransportException(
                TransportFailure.Denied,
                $"RabbitMQ at {endpoint} refuses the user '{addresses.UserName}' or the password. Check both in {RabbitMqMessagingBuilderExtensions.Section}, and that the user may connect from here (guest may from the broker's own machine only).",
                exception)
            {
                OfCredentials = true,
            };
        }

        return Find<OperationInterruptedException>(exception)?.ShutdownReason is { } reason ? VirtualHost(reason, exception) : null;
    }

    /// <summary>The failure, if a connection was closed because of its virtual host; otherwise null.</summary>
    public static TransportException? VirtualHost(ShutdownEventArgs reason, Exception exception)
    {
        // The broker states only in words which of the reasons it was. A connection limit, also 530, passes with time.
        if (reason.ReplyCode != Constants.NotAllowed || reason.ReplyText.Contains("limit", StringComparison.Ordinal))
        {
            return null;
        }

        return reason.ReplyText.Contains("not found", StringComparison.Ordinal)
            ? new TransportException(
                TransportFailure.Misconfigured,
                $"RabbitMQ does not have the virtual host: {reason.ReplyText}. Create it (rabbitmqctl add_vhost) or change VirtualHost in {RabbitMqMessagingBuilderExtensions.Section}.",
                exception)
            : new TransportException(
                TransportFailure.Denied,
                $"RabbitMQ does not let the user into the virtual host: {reason.ReplyText}. Grant it with rabbitmqctl set_permissions.",
                exception);
    }

    /// <summary>What happened at one endpoint, in a few words.</summary>
    public static string Explain(Exception exception, string? certificateRefusal, TimeSpan limit)
    {
        if (certificateRefusal is not null)
        {
            return $"its certificate was refused: {certificateRefusal}";
        }

        if (Find<OperationInterruptedException>(exception)?.ShutdownReason is { } reason)
        {
            return ShutdownReasons.Explain("connection", reason);
        }

        if (Find<SocketException>(exception) is { } socket)
        {
            return socket.Message;
        }

        if (Find<AuthenticationException>(exception) is { } tls)
        {
            return tls.Message;
        }

        return Find<OperationCanceledException>(exception) is not null || Find<TimeoutException>(exception) is not null
            ? $"no answer in {limit.TotalSeconds:0.#} s"
            : exception.GetBaseException().Message;
    }

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }

            if (exception is AggregateException { InnerExceptions: { Count: > 1 } several })
            {
                foreach (var one in several)
                {
                    if (Find<T>(one) is { } inside)
                    {
                        return inside;
                    }
                }
            }
        }

        return null;
    }
}
