using System.Text;

namespace Vmspawn.Varlink;

/// <summary>Prints an interface in systemd's layout: types, methods, errors, one field per line, indented by tabs.</summary>
internal sealed class IdlPrinter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public static string Print(VarlinkInterface face)
    {
        var printer = new IdlPrinter();
        printer.Docs(face.Docs);
        printer._text.Append("interface ").Append(face.Name).Append('\n');
        foreach (var type in face.Types)
            printer.Declaration(type);
        foreach (var method in face.Methods)
            printer.Method(method);
        foreach (var error in face.Errors)
            printer.Error(error);
        return printer._text.ToString();
    }

    private void Declaration(VarlinkTypeDeclaration type)
    {
        _text.Append('\n');
        Docs(type.Docs);
        _text.Append("type ").Append(type.Name);
        Type(type.Type);
        _text.Append('\n');
    }

    private void Method(VarlinkMethod method)
    {
        _text.Append('\n');
        Docs(method.Docs);
        foreach ((var flag, var comment) in MethodFlagComments.All)
        {
            if ((method.Flags & flag) != 0)
                _text.Append("# ").Append(comment).Append('\n');
        }
        _text.Append("method ").Append(method.Name);
        Fields(method.Input);
        _text.Append(" -> ");
        Fields(method.Output);
        _text.Append('\n');
    }

    private void Error(VarlinkError error)
    {
        _text.Append('\n');
        Docs(error.Docs);
        _text.Append("error ").Append(error.Name);
        Fields(error.Fields);
        _text.Append('\n');
    }

    private void Type(VarlinkType type)
    {
        switch (type)
        {
            case PrimitiveType primitive:
                _text.Append(primitive.Keyword);
                break;
            case NamedType named:
                _text.Append(named.Name);
                break;
            case NullableType nullable:
                _text.Append('?');
                Type(nullable.Element);
                break;
            case ArrayType array:
                _text.Append("[]");
                Type(array.Element);
                break;
            case MapType map:
                _text.Append("[string]");
                Type(map.Element);
                break;
            case StructType structure:
                Fields(structure.Fields);
                break;
            case EnumType choice:
                Values(choice.Values);
                break;
        }
    }

    private void Fields(EquatableList<VarlinkField> fields)
    {
        Open(fields.Count);
        for (var i = 0; i < fields.Count; i++)
        {
            Docs(fields[i].Docs);
            Indent().Append(fields[i].Name).Append(": ");
            Type(fields[i].Type);
            Separate(i, fields.Count);
        }
        Close(fields.Count);
    }

    private void Values(EquatableList<VarlinkEnumValue> values)
    {
        Open(values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            Docs(values[i].Docs);
            Indent().Append(values[i].Name);
            Separate(i, values.Count);
        }
        Close(values.Count);
    }

    private void Open(int count)
    {
        _depth++;
        _text.Append(count == 0 ? "(" : "(\n");
    }

    private void Separate(int index, int count) => _text.Append(index + 1 < count ? ",\n" : "\n");

    private void Close(int count)
    {
        _depth--;
        (count == 0 ? _text : Indent()).Append(')');
    }

    private void Docs(string docs)
    {
        if (docs.Length == 0)
            return;
        foreach (var line in docs.AsSpan().EnumerateLines())
        {
            Indent().Append('#');
            if (!line.IsEmpty)
                _text.Append(' ').Append(line);
            _text.Append('\n');
        }
    }

    private StringBuilder Indent() => _text.Append('\t', _depth);
}
