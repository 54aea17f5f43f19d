namespace Messaging.Serialization;

/// <summary>The serializers of a process by content type. The first registered is the default, with which requesters write.</summary>
internal sealed class PayloadSerializers
{
    private readonly IPayloadSerializer[] _serializers;

    public PayloadSerializers(IEnumerable<IPayloadSerializer> serializers)
    {
        _serializers = [.. serializers];
        if (_serializers.Length == 0)
        {
            throw new InvalidOperationException("No payload serializer is registered: call services.AddMessaging(), which adds JSON.");
        }
    }

    public IPayloadSerializer Default => _serializers[0];

    public IReadOnlyList<IPayloadSerializer> All => _serializers;

    /// <summary>Whether <paramref name="contentType"/> names <paramref name="own"/>, parameters such as a charset aside. None counts as the default.</summary>
    public static bool Matches(string own, ReadOnlySpan<char> contentType)
    {
        var semicolon = contentType.IndexOf(';');
        var media = semicolon < 0 ? contentType : contentType[..semicolon].TrimEnd();
        return media.Equals(own, StringComparison.OrdinalIgnoreCase);
    }
}
