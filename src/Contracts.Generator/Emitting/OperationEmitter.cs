using System.Globalization;
using Messaging.Generator.Model;

namespace Messaging.Generator.Emitting;

/// <summary>Writes an operation's descriptor, and its binding to the method that serves it.</summary>
internal static class OperationEmitter
{
    public static string FieldName(OperationModel operation) => operation.Method + "Operation";

    public static string ReplyType(OperationModel operation) => operation.Reply ?? "global::Messaging.Nothing";

    public static void EmitField(ContractModel contract, OperationModel operation, SourceWriter writer)
    {
        var type = $"global::Messaging.Operation<{operation.Request}, {ReplyType(operation)}>";
        var arguments = $"{SourceWriter.Literal(contract.ServiceName)}, {SourceWriter.Literal(operation.WireName)}, global::Messaging.OperationKind.{operation.Kind}";
        var settings = Settings(contract, operation);
        writer.Line($"public static readonly {type} {FieldName(operation)} =");
        if (settings.Count == 0)
        {
            writer.Continue($"new {type}({arguments});");
            return;
        }

        writer.Continue($"new {type}({arguments})");
        writer.Continue("{");
        foreach (var setting in settings)
        {
            writer.Continue($"    {setting},");
        }

        writer.Continue("};");
    }

    public static void EmitBinding(ContractModel contract, OperationModel operation, SourceWriter writer)
    {
        var bind = operation.Kind switch
        {
            OperationKind.ReplyStream => "BindStream",
            OperationKind.DuplexStream => "BindExchange",
            OperationKind.RequestStream => operation.Reply is null ? "BindUploadAction" : "BindUpload",
            _ => operation.Reply is null ? "BindAction" : "BindCall",
        };

        // The cast names the method of the interface that declares it, whatever the contract adds under the same name.
        var target = string.Equals(operation.DeclaredIn, contract.Interface, StringComparison.Ordinal)
            ? "service"
            : $"(({operation.DeclaredIn})service)";
        var (token, arguments) = operation.TakesToken ? ("cancellationToken", "request, cancellationToken") : ("_", "request");
        writer.Line($"binder.{bind}(");
        writer.Continue($"{FieldName(operation)},");
        writer.Continue($"static (service, request, {token}) => {target}.{SourceWriter.Identifier(operation.Method)}({arguments}));");
    }

    private static List<string> Settings(ContractModel contract, OperationModel operation)
    {
        var settings = new List<string>();
        if (operation.TimeoutMs > 0)
        {
            settings.Add($"Timeout = {Milliseconds(operation.TimeoutMs)}");
        }

        if (operation.Idempotent)
        {
            settings.Add("Idempotent = true");
        }

        if (operation.AtMostOnce)
        {
            settings.Add("AtMostOnce = true");
        }

        if (operation.ReplayReplies)
        {
            settings.Add("ReplayReplies = true");
        }

        if (operation.RequestMayBeNull)
        {
            settings.Add("RequestMayBeNull = true");
        }

        if (operation.ReplyMayBeNull)
        {
            settings.Add("ReplyMayBeNull = true");
        }

        if (operation.Priority is { } priority)
        {
            settings.Add($"Priority = global::Messaging.CommandPriority.{priority}");
        }

        if (operation.OrderKey is { } key)
        {
            settings.Add($"Partitions = {contract.Partitions.ToString(CultureInfo.InvariantCulture)}");
            settings.Add($"OrderKey = static request => {KeyText(key)}");
        }

        if (operation.Retry is { } retry)
        {
            settings.Add($"CommandRetry = new global::Messaging.CommandRetryDescriptor {{ {string.Join(", ", Retries(retry))} }}");
        }

        if (operation.Faults.Count > 0)
        {
            var faults = string.Join(", ", operation.Faults.Select(fault => $"{contract.Faults[fault].ClassName}.Instance"));
            settings.Add($"Faults = new global::Messaging.FaultDescriptor[] {{ {faults} }}");
        }

        return settings;
    }

    private static string KeyText(OrderKeyModel key)
    {
        var member = $"request.{SourceWriter.Identifier(key.Member)}";
        return key.Kind switch
        {
            OrderKeyKind.Flag => $"{member} ? \"true\" : \"false\"",
            OrderKeyKind.Guid => $"{member}.ToString(\"D\")",
            OrderKeyKind.Number => $"{(key.Number is null ? member : $"(({key.Number}){member})")}.ToString(global::System.Globalization.CultureInfo.InvariantCulture)",
            _ => member,
        };
    }

    private static IEnumerable<string> Retries(CommandRetryModel retry)
    {
        if (retry.MaxAttempts is { } attempts)
        {
            yield return $"MaxAttempts = {attempts.ToString(CultureInfo.InvariantCulture)}";
        }

        if (retry.ImmediateRetries is { } immediate)
        {
            yield return $"ImmediateRetries = {immediate.ToString(CultureInfo.InvariantCulture)}";
        }

        if (retry.BaseDelayMs is { } baseDelay)
        {
            yield return $"BaseDelay = {Milliseconds(baseDelay)}";
        }

        if (retry.MaxDelayMs is { } maxDelay)
        {
            yield return $"MaxDelay = {Milliseconds(maxDelay)}";
        }
    }

    private static string Milliseconds(int value) =>
        $"global::System.TimeSpan.FromMilliseconds({value.ToString(CultureInfo.InvariantCulture)}L)";
}
