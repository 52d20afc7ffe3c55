"""Invented agencies of the invented province Lam Giang, and what such agencies write about.

Cơ quan mẫu: three levels of government as they stood until 1 July 2025. Most identifiers have the old form of QCVN
102:2016 (read from right to left), two the new one of Decision 20/2020/QĐ-TTg. H99 is given to no province.
"""

from __future__ import annotations

from dataclasses import dataclass

from edocs.model import Agency, AgencyLevel

__all__ = ["SampleAgency", "SampleType", "sample_agencies", "sample_types"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAgency:
    """An agency, and what its documents print."""

    agency: Agency
    parent: str
    """Printed above the name (cơ quan chủ quản trực tiếp), or empty."""
    place: str
    """địa danh"""
    symbol: str
    """Abbreviated name in the symbol, such as ``SNV``."""
    units: tuple[str, ...]
    """Abbreviated units that draft its công văn."""
    head: str
    """The head's name."""
    deputy: str
    """The deputy's name."""
    superior: str
    """To whom it reports."""

    @property
    def is_committee(self) -> bool:
        """A people's committee signs as a body (TM.), a department through its director."""
        return self.symbol == "UBND"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleType:
    """A type of document, how often it is written, and about what."""

    code: str
    """Abbreviation as in :data:`edocs.model.DOCUMENT_TYPES`."""
    weight: int
    subjects: tuple[str, ...]
    is_committees: bool = False
    """Only a people's committee issues it here."""


def sample_agencies() -> tuple[SampleAgency, ...]:
    """Sixteen invented agencies: the province and five departments, three districts, seven communes.

    Cơ quan, đơn vị mẫu. The same at every call, in the order of the levels.

    >>> len(sample_agencies()), sample_agencies()[1].agency.name
    (16, 'Sở Nội vụ')

    Source: QCVN 102:2016/BTTTT; Decision 20/2020/QĐ-TTg.
    """
    return _AGENCIES


def sample_types() -> tuple[SampleType, ...]:
    """Types of Decree 30, article 7 that such agencies issue, with invented subjects (tên loại, trích yếu).

    >>> sample_types()[0].code
    'CV'
    """
    return _TYPES


_PROVINCE = "Ủy ban nhân dân tỉnh Lam Giang"


def _department(id: str, name: str, symbol: str, units: tuple[str, ...], people: tuple[str, str]) -> SampleAgency:
    return SampleAgency(
        agency=Agency(id=id, name=name, level=AgencyLevel.PROVINCE),
        parent="UBND tỉnh Lam Giang",
        place="Lam Giang",
        symbol=symbol,
        units=units,
        head=people[0],
        deputy=people[1],
        superior=_PROVINCE,
    )


def _district(id: str, name: str, people: tuple[str, str]) -> SampleAgency:
    return SampleAgency(
        agency=Agency(id=id, name=f"Ủy ban nhân dân {name}", level=AgencyLevel.DISTRICT),
        parent="",
        place=name.removeprefix("huyện ").removeprefix("thành phố "),
        symbol="UBND",
        units=("VP", "NV", "TCKH", "VHXH", "KT"),
        head=people[0],
        deputy=people[1],
        superior=_PROVINCE,
    )


def _commune(id: str, name: str, district: str, people: tuple[str, str]) -> SampleAgency:
    return SampleAgency(
        agency=Agency(id=id, name=f"Ủy ban nhân dân {name}", level=AgencyLevel.COMMUNE),
        parent="",
        place=name.removeprefix("xã ").removeprefix("phường ").removeprefix("thị trấn "),
        symbol="UBND",
        units=("VP", "ĐC", "TC"),
        head=people[0],
        deputy=people[1],
        superior=f"Ủy ban nhân dân {district}",
    )


_AGENCIES = (
    SampleAgency(
        agency=Agency(id="000.00.00.H99", name=_PROVINCE, level=AgencyLevel.PROVINCE),
        parent="",
        place="Lam Giang",
        symbol="UBND",
        units=("VP", "KSTT", "KTTH", "NC", "VX"),
        head="Nguyễn Văn An",
        deputy="Trần Thị Bích Ngọc",
        superior="Văn phòng Chính phủ",
    ),
    _department("000.00.05.H99", "Sở Nội vụ", "SNV", ("VP", "CCHC", "TCCB"), ("Lê Quang Hòa", "Phạm Thị Thu Hằng")),
    _department("000.00.06.H99", "Sở Tài chính", "STC", ("VP", "NS", "ĐT"), ("Đỗ Mạnh Cường", "Vũ Thị Lan Anh")),
    _department(
        "000.00.07.H99", "Sở Giáo dục và Đào tạo", "SGDĐT", ("VP", "GDTrH", "KHTC"), ("Hoàng Đình Khải", "Bùi Thị Yến")
    ),
    _department("000.00.09.H99", "Sở Y tế", "SYT", ("VP", "NVY", "KHTC"), ("Ngô Thanh Bình", "Đặng Văn Sỹ")),
    _department("000.00.11.H99", "Sở Xây dựng", "SXD", ("VP", "QH", "QLN"), ("Phan Hữu Nghĩa", "Lý Thị Mỹ Duyên")),
    _district("000.00.30.H99", "thành phố Lam Giang", ("Trịnh Xuân Phú", "Cao Thị Hồng Vân")),
    _district("000.00.31.H99", "huyện Sông Ngà", ("Dương Văn Thắng", "Nguyễn Thị Kim Oanh")),
    _district("000.00.32.H99", "huyện Đồng Mây", ("Hà Minh Tuấn", "Lò Văn Pẩu")),
    _commune("000.20.30.H99", "phường Bến Lam", "thành phố Lam Giang", ("Tạ Đức Long", "Mai Thị Ánh")),
    _commune("000.21.31.H99", "xã Thượng Ngà", "huyện Sông Ngà", ("Vi Văn Hợp", "Lương Thị Sáu")),
    _commune("000.23.31.H99", "xã Ngà Sơn", "huyện Sông Ngà", ("Quách Văn Đạt", "Đinh Thị Mười")),
    _commune("H99.31.22", "thị trấn Sông Ngà", "huyện Sông Ngà", ("Nguyễn Hữu Trí", "Hồ Thị Xuân")),
    _commune("000.21.32.H99", "xã Mây Thượng", "huyện Đồng Mây", ("Giàng A Chua", "Sùng Thị Mỷ")),
    _commune("000.24.32.H99", "xã Mây Hạ", "huyện Đồng Mây", ("Triệu Văn Kim", "Bàn Thị Liên")),
    _commune("H99.32.25", "xã Suối Đào", "huyện Đồng Mây", ("Ma Văn Thọ", "Nông Thị Huệ")),
)

_TYPES = (
    SampleType(
        code="CV",
        weight=34,
        subjects=(
            "tăng cường ký số văn bản điện tử",
            "rà soát, cập nhật danh mục thủ tục hành chính",
            "cử người tham gia lớp tập huấn công tác văn thư, lưu trữ",
            "phòng, chống rét đậm, rét hại cho cây trồng, vật nuôi",
            "đôn đốc giải ngân vốn đầu tư công năm 2025",
            "cung cấp số liệu phục vụ sơ kết công tác cải cách hành chính",
            "góp ý dự thảo kế hoạch chuyển đổi số",
            "bảo đảm an toàn thông tin trong dịp nghỉ lễ",
            "giải quyết kiến nghị của cử tri",
            "chuẩn bị cơ sở vật chất cho kỳ thi tốt nghiệp trung học phổ thông",
        ),
    ),
    SampleType(
        code="BC",
        weight=13,
        subjects=(
            "Tình hình ký số văn bản điện tử",
            "Kết quả công tác cải cách hành chính",
            "Tình hình kinh tế - xã hội",
            "Kết quả tiếp công dân, giải quyết khiếu nại, tố cáo",
            "Kết quả thực hiện dự toán ngân sách nhà nước",
        ),
    ),
    SampleType(
        code="QĐ",
        weight=12,
        subjects=(
            "Về việc kiện toàn Ban Chỉ đạo chuyển đổi số",
            "Về việc phê duyệt kế hoạch lựa chọn nhà thầu",
            "Về việc ban hành quy trình nội bộ giải quyết thủ tục hành chính",
            "Về việc giao chỉ tiêu kế hoạch năm 2025",
        ),
    ),
    SampleType(
        code="KH",
        weight=10,
        subjects=(
            "Kiểm tra công tác văn thư, lưu trữ năm 2025",
            "Tuyên truyền, phổ biến, giáo dục pháp luật năm 2025",
            "Ứng dụng công nghệ thông tin năm 2025",
            "Tổ chức Tết trồng cây",
        ),
    ),
    SampleType(
        code="TB",
        weight=9,
        subjects=(
            "Kết luận cuộc họp giao ban",
            "Lịch tiếp công dân định kỳ",
            "Về việc treo Quốc kỳ nhân dịp nghỉ lễ",
            "Niêm yết công khai hồ sơ đất đai",
        ),
    ),
    SampleType(
        code="TTr",
        weight=7,
        subjects=("Về việc bổ sung kinh phí năm 2025", "Về việc phê duyệt chủ trương đầu tư", "Đề nghị khen thưởng"),
    ),
    SampleType(code="GM", weight=6, subjects=("Dự họp giao ban công tác", "Dự hội nghị sơ kết công tác")),
    SampleType(code="HD", weight=2, subjects=("Lập hồ sơ điện tử và nộp lưu trữ", "Bình xét thi đua năm 2025")),
    SampleType(
        code="CT",
        weight=1,
        subjects=("Về việc tăng cường kỷ luật, kỷ cương hành chính",),
        is_committees=True,
    ),
    SampleType(code="CĐ", weight=1, subjects=("Về việc chủ động ứng phó mưa lớn, lũ quét",), is_committees=True),
    SampleType(code="CTr", weight=1, subjects=("Công tác trọng tâm năm 2025",)),
    SampleType(code="QC", weight=1, subjects=("Tiếp nhận, xử lý và ký số văn bản điện tử",)),
    SampleType(code="PA", weight=1, subjects=("Bảo đảm hạ tầng mạng trong mùa mưa bão",)),
    SampleType(code="ĐA", weight=1, subjects=("Số hóa tài liệu lưu trữ lịch sử",)),
    SampleType(code="BB", weight=1, subjects=("Họp xét sáng kiến cấp cơ sở",)),
    SampleType(code="GUQ", weight=1, subjects=("Về việc ký văn bản trong thời gian đi công tác",)),
    SampleType(code="GGT", weight=1, subjects=("Công chức đến liên hệ công tác",)),
    SampleType(code="GNP", weight=1, subjects=("Nghỉ phép năm 2025 của công chức",)),
    SampleType(code="PC", weight=1, subjects=("Chuyển đơn kiến nghị của công dân",)),
)
