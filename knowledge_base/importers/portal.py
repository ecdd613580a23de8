"""The national portal's records as gathered: flat texts, tables glued into one string (format ``portal-jsonl``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from knowledge_base.importers.cells import cut_chrome
from knowledge_base.importers.draft import Draft
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.legal import split_legal, split_results
from knowledge_base.importers.methods import split_rows
from knowledge_base.importers.papers import split_cases

MINISTRIES: Final = {
    "bo-tai-chinh": "Bộ Tài chính",
    "bo-nong-nghiep-mt": "Bộ Nông nghiệp và Môi trường",
    "bo-xay-dung": "Bộ Xây dựng",
    "bo-cong-an": "Bộ Công an",
    "bo-tu-phap": "Bộ Tư pháp",
    "ngan-hang-nha-nuoc": "Ngân hàng Nhà nước Việt Nam",
    "toa-an-nhan-dan": "Tòa án nhân dân",
}


def read_portal(record: Mapping[str, Any], issues: Issues) -> Draft:
    """Read one record of the portal; missing fields count as empty.

    Raises:
        TypeError: a field is not text.
    """

    def text(key: str) -> str:
        value = record.get(key) or ""
        if not isinstance(value, str):
            raise TypeError(f"field {key} is not text")
        return value

    conditions = cut_chrome(text("yeu_cau_dieu_kien"), "conditions", issues)
    return Draft(
        code=text("ma_thu_tuc"),
        name=text("ten_thu_tuc"),
        field=text("linh_vuc"),
        ministry=MINISTRIES.get(text("bo_nganh")),
        levels=text("cap_thuc_hien"),
        audience=text("doi_tuong_thuc_hien"),
        offices=text("co_quan_thuc_hien"),
        authority=text("co_quan_co_tham_quyen"),
        address=text("dia_chi_tiep_nhan"),
        methods=split_rows(text("cach_thuc_thuc_hien")),
        cases=split_cases(text("thanh_phan_ho_so"), issues),
        steps=text("trinh_tu_thuc_hien"),
        conditions=conditions,
        results=split_results(text("ket_qua_xu_ly"), issues),
        legal=split_legal(text("can_cu_phap_ly")),
        url=text("detail_url") or None,
        decision=text("so_quyet_dinh") or None,
    )
