using Messaging.Generator.Model;

namespace Messaging.Generator.Emitting;

/// <summary>Writes the client proxy.</summary>
internal static class ProxyEmitter
{
    public static void Emit(ContractModel contract, SourceWriter writer)
    {
        writer.Open($"private sealed class Proxy : global::Messaging.ServiceProxy, {contract.Interface}");
        writer.Line("public Proxy(global::Messaging.IOperationInvoker invoker, global::Messaging.CallOptions? options)");
        writer.Continue(": base(invoker, options)");
        writer.Line("{");
        writer.Line("}");
        writer.Line();
        writer.Line("public override global::Messaging.ServiceProxy With(global::Messaging.CallOptions options) =>");
        writer.Continue("new Proxy(Invoker, Merge(options));");
        foreach (var operation in contract.Operations)
        {
            writer.Line();
            EmitMethod(operation, writer);
        }

        writer.Close();
    }

    // Explicit implementations: a contract may name its methods as it likes, even like members of the base class.
    private static void EmitMethod(OperationModel operation, SourceWriter writer)
    {
        var (call, returns) = operation.Kind switch
        {
            OperationKind.Command => ("SendAsync", "global::System.Threading.Tasks.Task"),
            OperationKind.ReplyStream => ("StreamAsync", $"global::System.Collections.Generic.IAsyncEnumerable<{operation.Reply}>"),
            OperationKind.DuplexStream => ("ExchangeAsync", $"global::System.Collections.Generic.IAsyncEnumerable<{operation.Reply}>"),
            OperationKind.RequestStream => ("UploadAsync", operation.Reply is null ? "global::System.Threading.Tasks.Task" : $"global::System.Threading.Tasks.Task<{operation.Reply}>"),
            _ when operation.Reply is null => ("CallAsync", "global::System.Threading.Tasks.Task"),
            _ => ("CallAsync", $"global::System.Threading.Tasks.Task<{operation.Reply}>"),
        };
        var parameters = operation.Kind is OperationKind.RequestStream or OperationKind.DuplexStream
            ? $"global::System.Collections.Generic.IAsyncEnumerable<{operation.Request}> request"
            : $"{operation.Request} request";
        var token = "global::System.Threading.CancellationToken.None";
        if (operation.TakesToken)
        {
            parameters += ", global::System.Threading.CancellationToken cancellationToken";
            token = "cancellationToken";
        }

        writer.Line($"{returns} {operation.DeclaredIn}.{SourceWriter.Identifier(operation.Method)}({parameters}) =>");
        writer.Continue($"Invoker.{call}({OperationEmitter.FieldName(operation)}, request, Options, {token});");
    }
}
