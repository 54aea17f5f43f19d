using System.ComponentModel;

namespace Messaging;

/// <summary>How a declared fault travels. Implemented by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class FaultDescriptor
{
    /// <summary>The fault's name on the wire: the exception's type name without namespace.</summary>
    public abstract string Name { get; }

    /// <summary>The exception type.</summary>
    public abstract Type ExceptionType { get; }

    /// <summary>Writes the fields that <see cref="Read"/> needs to build the exception again.</summary>
    /// <param name="exception">An instance of <see cref="ExceptionType"/>.</param>
    /// <param name="writer">Takes the fields.</param>
    public abstract void Write(Exception exception, IFaultWriter writer);

    /// <summary>Builds the exception from its fields.</summary>
    /// <param name="reader">Gives the fields.</param>
    /// <returns>An instance of <see cref="ExceptionType"/>.</returns>
    public abstract Exception Read(IFaultReader reader);
}

/// <summary>Takes the fields of a fault.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public interface IFaultWriter
{
    /// <summary>Writes one field.</summary>
    /// <typeparam name="T">A type that <see cref="FaultsAttribute"/> lists; an enum is written as its underlying number.</typeparam>
    /// <param name="name">The field's name, camel case.</param>
    /// <param name="value">Its value; null is allowed.</param>
    void Write<T>(string name, T value);
}

/// <summary>Gives the fields of a fault.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public interface IFaultReader
{
    /// <summary>Reads one field.</summary>
    /// <typeparam name="T">The type it was written as.</typeparam>
    /// <param name="name">The field's name.</param>
    /// <returns>Its value, or the type's default where the sender did not write the field.</returns>
    T Read<T>(string name);
}
